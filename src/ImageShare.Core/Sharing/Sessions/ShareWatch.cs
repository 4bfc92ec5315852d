using ImageShare.Core.Diagnostics;

namespace ImageShare.Core.Sharing.Sessions;

/// <summary>What logs, metrics and activities are told of one share. Allocates nothing while no one listens. For the loop of the share.</summary>
internal struct ShareWatch
{
    private long _startedAt;
    private long _invitedAt;
    private bool _isPending;
    private ShareActivity? _activity;

    /// <summary>The share starts. On the thread of the caller, whose activity is the parent.</summary>
    public void Start(ShareSession share, ShareContext context, bool isCaller)
    {
        _startedAt = context.TimeProvider.GetTimestamp();
        ImageShareTelemetry.ShareStarted(share.IsOutgoing);
        if (ImageShareTelemetry.Activities.HasListeners())
        {
            _activity = ShareActivity.Start(share, context, isCaller);
        }
    }

    /// <summary>An input was handled that did not end the share; the state may be the one before.</summary>
    public void Enter(ShareSession share, ShareContext context, ImageShareState state)
    {
        bool isPending = state is ImageShareState.Inviting or ImageShareState.Ringing;
        if (isPending && !_isPending)
        {
            _invitedAt = context.TimeProvider.GetTimestamp();
            ImageShareTelemetry.InvitationPends(share.IsOutgoing, 1);
        }
        else if (_isPending && !isPending)
        {
            ImageShareTelemetry.InvitationPends(share.IsOutgoing, -1);
            if (state is ImageShareState.Connecting or ImageShareState.Transferring)
            {
                ImageShareTelemetry.InvitationAccepted(share.IsOutgoing, context.TimeProvider.GetElapsedTime(_invitedAt));
            }
        }

        _isPending = isPending;
        _activity?.Enter(share, state);
    }

    /// <summary>The loop ends; the result may have been published before.</summary>
    public void Close(ShareSession share, ShareContext context, ImageShareResult result, Exception? cause)
    {
        if (_isPending)
        {
            _isPending = false;
            ImageShareTelemetry.InvitationPends(share.IsOutgoing, -1);
        }

        if (cause is not null)
        {
            context.Log.CauseSensitive(share.Id, cause);
        }

        _activity?.End(share, result);
        _activity = null;
    }

    /// <summary>The result is published. On any thread, once.</summary>
    public readonly void Ended(ShareSession share, ShareContext context, ImageShareResult result)
    {
        context.Concluded(result);
        context.Log.ShareEnded(share.Id, result.State, result.Error);
        ImageShareTelemetry.ShareEnded(share.IsOutgoing, result.State, result.Error, result.BytesTransferred, context.TimeProvider.GetElapsedTime(_startedAt));
    }
}
