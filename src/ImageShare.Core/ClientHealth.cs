using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip.Registration;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core;

/// <summary>What a client knows of its own state: whether its listeners work, and what last went wrong. Written and read by any thread.</summary>
internal sealed class ClientHealth(TimeProvider time, ILogger log)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isSipDown;
    private volatile bool _isMsrpDown;
    private volatile ImageShareProblem? _last;

    /// <summary>See <see cref="ImageShareClient.Completion"/>.</summary>
    public Task Completion => _completion.Task;

    /// <summary>The state at the moment.</summary>
    public ImageShareHealth Describe(int activeShares, SipRegistrationState? registration, bool isClosing) => new()
    {
        IsListeningForSip = !isClosing && !_isSipDown,
        IsListeningForMsrp = !isClosing && !_isMsrpDown,
        Registration = registration,
        ActiveShares = activeShares,
        LastProblem = _last,
    };

    /// <summary>A socket of SIP is beyond repair.</summary>
    public void SipFailed(string protocol, Exception? failure)
    {
        _isSipDown = true;
        Fail(protocol, failure);
    }

    /// <summary>A listener of MSRP is beyond repair.</summary>
    public void MsrpFailed(Exception? failure)
    {
        _isMsrpDown = true;
        Fail("MSRP", failure);
    }

    /// <summary>A share has ended.</summary>
    public void Take(ImageShareResult result)
    {
        if (result.State is ImageShareState.Failed)
        {
            Remember(result.Error, result.Message);
        }
    }

    /// <summary>The registration has another state.</summary>
    public void Take(SipRegistrationState state)
    {
        if (state.Error is not ImageShareError.None)
        {
            Remember(state.Error, state.Message);
        }
    }

    /// <summary>The client has ended.</summary>
    public void Close() => _completion.TrySetResult();

    private void Fail(string protocol, Exception? failure)
    {
        string reason = failure?.GetType().Name ?? "it was closed";
        var error = new ImageShareException(
            ImageShareError.ListenerFailed, $"The client no longer listens for {protocol} ({reason}), so peers cannot reach it; dispose of it and start another.", failure);
        Remember(error.Error, error.Message);
        if (_completion.TrySetException(error))
        {
            // Nobody has to wait for it.
            _ = _completion.Task.Exception;
        }

        try
        {
            log.ListenerFailed(protocol, reason);
        }
        catch (Exception)
        {
            // The application's logger. The task tells of the failure; the loop that reports it has to end in order.
        }
    }

    private void Remember(ImageShareError error, string? message) => _last = new ImageShareProblem { Time = time.GetUtcNow(), Error = error, Message = message ?? error.ToString() };
}
