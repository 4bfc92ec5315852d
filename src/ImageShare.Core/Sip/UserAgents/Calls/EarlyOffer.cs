using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.UserAgents.Calls;

/// <summary>
/// Our offer in a reliable provisional response, where the INVITE brought none (RFC 3261 §13.2.1, RFC 3262 §5), and the acceptance that may wait for its
/// answer. On the loop only, but for <see cref="TryBegin"/>, <see cref="IsMade"/> and <see cref="Answered"/>.
/// </summary>
internal sealed class EarlyOffer
{
    private readonly TaskCompletionSource<SipRequest> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isMade;
    private Action? _held;
    private Action<ImageShareException>? _heldFailed;

    /// <summary>The PRACK with the answer.</summary>
    public Task<SipRequest> Answered => _answered.Task;

    /// <summary>Whether the offer was made.</summary>
    public bool IsMade => Volatile.Read(ref _isMade);

    /// <summary>Makes the offer; false when it was made before.</summary>
    public bool TryBegin() => !Interlocked.Exchange(ref _isMade, true);

    /// <summary>Holds the acceptance until the answer comes.</summary>
    public void Hold(Action accept, Action<ImageShareException> failed) => (_held, _heldFailed) = (accept, failed);

    /// <summary>A PRACK acknowledged the offer; false when it holds no answer.</summary>
    public bool TryTakeAnswer(SipRequest prack)
    {
        if (prack.Body.IsEmpty)
        {
            _answered.TrySetException(new ImageShareException(
                ImageShareError.MalformedMessage, "The caller acknowledged our offer without answering it; the call was refused."));
            return false;
        }

        _answered.TrySetResult(prack);
        Action? held = _held;
        (_held, _heldFailed) = (null, null);
        held?.Invoke();
        return true;
    }

    /// <summary>The call is over: neither an answer nor an acceptance can follow.</summary>
    public void Fail()
    {
        Action<ImageShareException>? failed = _heldFailed;
        (_held, _heldFailed) = (null, null);
        failed?.Invoke(new ImageShareException(
            ImageShareError.Cancelled, "The call was over before it was accepted: the caller never answered our offer, or gave up. There is nothing left to do."));
        if (_answered.TrySetException(new ImageShareException(ImageShareError.Cancelled, "The call was over before the offer was answered.")))
        {
            // Nobody need await it: its failure is observed here.
            _ = _answered.Task.Exception;
        }
    }

    /// <summary>The agent is closed.</summary>
    public void Fail(ImageShareException error) => _answered.TrySetException(error);
}
