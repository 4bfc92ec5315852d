using System.Diagnostics;
using ImageShare.Core.Diagnostics;

namespace ImageShare.Core.Sharing.Sessions;

/// <summary>
/// The activities of one share: itself, and in it one after the other the query, the invitation, the transfer and the teardown. Made only when somebody listens.
/// For the loop of the share. None of them becomes <see cref="Activity.Current"/> of the threads it runs on.
/// </summary>
internal sealed class ShareActivity
{
    private readonly Activity? _share;
    private readonly bool _hasNames;
    private Activity? _part;
    private string? _partName;

    private ShareActivity(Activity? share, bool hasNames)
    {
        _share = share;
        _hasNames = hasNames;
    }

    public static ShareActivity Start(ShareSession share, ShareContext context, bool isCaller)
    {
        // What an incoming share runs on is a thread of the library: it has no parent.
        Activity? before = Activity.Current;
        if (!isCaller)
        {
            Activity.Current = null;
        }

        Activity? activity = ImageShareTelemetry.Activities.CreateActivity("imageshare.share", isCaller ? ActivityKind.Client : ActivityKind.Server);
        activity?.SetTag("imageshare.direction", share.IsOutgoing ? "outgoing" : "incoming");
        activity?.SetTag("imageshare.image.index", share.Index);
        StartWithout(activity, before);
        return new ShareActivity(activity, context.NamesInActivities);
    }

    public void Enter(ShareSession share, ImageShareState state)
    {
        string? name = state switch
        {
            ImageShareState.Querying => "imageshare.query",
            ImageShareState.Inviting or ImageShareState.Ringing => "imageshare.invite",
            ImageShareState.Connecting or ImageShareState.Transferring => "imageshare.transfer",
            ImageShareState.Terminating => "imageshare.teardown",
            _ => null,
        };
        if (name == _partName)
        {
            return;
        }

        EndPart(share);
        _partName = name;
        if (name is not null && _share is not null)
        {
            _part = ImageShareTelemetry.Activities.CreateActivity(name, ActivityKind.Internal, _share.Context);
            StartWithout(_part, Activity.Current);
        }
    }

    public void End(ShareSession share, ImageShareResult result)
    {
        EndPart(share);
        if (_share is null)
        {
            return;
        }

        _share.SetTag("imageshare.state", result.State.ToString());
        _share.SetTag("imageshare.bytes", result.BytesTransferred);
        if (_hasNames)
        {
            _share.SetTag("imageshare.peer", share.Peer.Uri.ToString());
            _share.SetTag("imageshare.file.name", share.Image.Name);
        }

        if (!result.IsCompleted)
        {
            // The code only: a message may name people and files.
            _share.SetTag("error.type", result.Error.ToString());
            _share.SetStatus(result.State is ImageShareState.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
        }

        Stop(_share, share);
    }

    private void EndPart(ShareSession share)
    {
        if (_part is not null)
        {
            Stop(_part, share);
            _part = null;
        }
    }

    private static void StartWithout(Activity? activity, Activity? current)
    {
        activity?.Start();
        Activity.Current = current;
    }

    // The transfer id is known when the offer is written or read, which may be after the start.
    private static void Stop(Activity activity, ShareSession share)
    {
        Activity? current = Activity.Current;
        activity.SetTag("sip.call_id", share.Id);
        activity.SetTag("imageshare.transfer_id", share.TransferId?.Value);
        activity.Stop();
        Activity.Current = current;
    }
}
