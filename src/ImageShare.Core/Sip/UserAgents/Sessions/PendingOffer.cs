using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>An offer of this side that has no answer yet.</summary>
/// <param name="method">INVITE or UPDATE.</param>
/// <param name="write">Writes the offer each time it is sent; empty when there is nothing to offer any more.</param>
/// <param name="contentType">Its type.</param>
internal sealed class PendingOffer(SipMethod method, Func<ReadOnlyMemory<byte>> write, MediaType contentType)
{
    public SipMethod Method => method;

    public Func<ReadOnlyMemory<byte>> Write => write;

    public MediaType ContentType => contentType;

    /// <summary>Gives the value of a Reason header (RFC 3326) each time it is sent; null for none.</summary>
    public Func<string?>? Reason { get; init; }

    /// <summary>The final response; null when there was nothing to offer any more.</summary>
    public TaskCompletionSource<SipResponse?> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Fail(string message) => Result.TrySetException(new ImageShareException(ImageShareError.InvalidState, message));
}
