using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// Sends and receives raw SIP messages. The library's implementation is <see cref="SipTransport"/>; an application with its own SIP stack
/// implements this instead.
/// </summary>
/// <remarks>
/// How a request is sent: take a first destination (<see cref="ResolveAsync"/> with length 0), ask <see cref="GetSentBy"/>,
/// build the request with its Via, measure it, resolve again with that length, and write the transport of the final
/// destination into the Via (the protocol names have the same length, so nothing else changes).
/// All members may be called at the same time from any thread.
/// </remarks>
public interface ISipTransport : IAsyncDisposable
{
    /// <summary>Starts to deliver received messages. Call it once, before the first send.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidState"/>: called twice, or after the end.</exception>
    void Start(ISipTransportReceiver receiver);

    /// <summary>Finds the address and the protocol for a request.</summary>
    /// <param name="nextHop">The first Route, or the Request-URI when there is none (RFC 3261 §8.1.2).</param>
    /// <param name="messageLength">Bytes of the whole request, its Via included; 0 when not yet known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.PeerUnreachable"/>: no usable address.</exception>
    ValueTask<SipDestination> ResolveAsync(SipUri nextHop, int messageLength, CancellationToken cancellationToken = default);

    /// <summary>
    /// All destinations that a name has (RFC 3263), in the order in which they are tried; opens no connection. A transport that does not implement this has one.
    /// </summary>
    /// <param name="nextHop">See <see cref="ResolveAsync"/>.</param>
    /// <param name="messageLength">See <see cref="ResolveAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.PeerUnreachable"/>: no usable address.</exception>
    async ValueTask<IReadOnlyList<SipDestination>> ResolveAllAsync(SipUri nextHop, int messageLength, CancellationToken cancellationToken = default) =>
        [await ResolveAsync(nextHop, messageLength, cancellationToken).ConfigureAwait(false)];

    /// <summary>
    /// A destination could not be reached, did not answer, or said that it is overloaded (RFC 3263 §4.3). For that time <see cref="ResolveAsync"/> prefers the
    /// others that the same name has; it returns this one only if there is no other. Called before <see cref="ResolveAsync"/> is asked where the request can go
    /// instead. A transport that does not implement this has one destination for each name.
    /// </summary>
    /// <param name="destination">The destination.</param>
    /// <param name="duration">For how long.</param>
    void Avoid(SipDestination destination, TimeSpan duration)
    {
    }

    /// <summary>The host and port to write in Via of a message for that destination.</summary>
    SipSentBy GetSentBy(SipDestination destination);

    /// <summary>The host and port to write in Contact of a message for that destination. Default: those of <see cref="GetSentBy"/>.</summary>
    SipSentBy GetContact(SipDestination destination) => GetSentBy(destination);

    /// <summary>
    /// The address and port at which a server saw this side, if they are not its own: there is a NAT in between. Null (the default) if there is
    /// none, or nothing was learnt.
    /// </summary>
    SipSentBy? LearntAddress => null;

    /// <summary>
    /// Takes in how a server, usually the registrar, saw this side: <c>received</c> and <c>rport</c> in the top Via of its response (RFC 3261
    /// §18.2.1, RFC 3581 §4). <see cref="GetContact"/> may use it from then on, for messages over the same protocol. A later response by the same
    /// protocol replaces it. The default learns nothing.
    /// </summary>
    /// <param name="answered">The top Via of the response; null forgets what was learnt.</param>
    /// <returns>The address and port the server saw, if they are not this side's own; otherwise null.</returns>
    SipSentBy? LearnAddress(Via? answered) => null;

    /// <summary>Sends a message. Completion does not mean that it arrived.</summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.PeerUnreachable"/> or <see cref="ImageShareError.ConnectionLost"/>: it was not sent.
    /// </exception>
    ValueTask SendAsync(SipMessage message, SipDestination destination, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends a request as <see cref="SendAsync"/> does, and names the connection that took it, by the handle <see cref="ISipTransportReceiver.OnConnectionLost"/>
    /// will use: when that is lost before an answer came, the request is sent once more, to learn whether the peer is still there. A transport that does
    /// not implement this names none.
    /// </summary>
    /// <returns>The connection; null for datagrams, or when the transport has no names for its connections.</returns>
    /// <exception cref="ImageShareException">As for <see cref="SendAsync"/>.</exception>
    async ValueTask<object?> SendTrackedAsync(SipMessage message, SipDestination destination, CancellationToken cancellationToken = default)
    {
        await SendAsync(message, destination, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>
    /// Sends keep-alives on the connection that was opened to that destination, and drops it when they are not answered (RFC 5626 §4.4.1): its peer supports
    /// them. The default does nothing.
    /// </summary>
    /// <param name="destination">The destination of a request that was answered.</param>
    /// <param name="interval">The longest silence.</param>
    void KeepAlive(SipDestination destination, TimeSpan interval)
    {
    }

    /// <summary>Where a response goes (RFC 3261 §18.2.2, RFC 3581 §4).</summary>
    /// <param name="response">The response with the Vias of its request.</param>
    /// <param name="source">Where the request came from.</param>
    SipDestination GetResponseDestination(SipResponse response, SipSource source);

    /// <summary>Whether the protocol retransmits, so that transactions need not (RFC 3261 §17).</summary>
    bool IsReliable(SipProtocol protocol) => protocol != SipProtocol.Udp;
}

/// <summary>Receives the messages of a transport. Called on the transport's threads, possibly several at the same time; must not block.</summary>
public interface ISipTransportReceiver
{
    /// <summary>A message was received. The top Via of a request already has its source address (RFC 3261 §18.2.1).</summary>
    void OnMessage(SipMessage message, SipSource source);

    /// <summary>
    /// A response came that could not be read, so that it was dropped: whoever waits for it can be told that an answer came. A receiver that does not
    /// implement this is told nothing.
    /// </summary>
    /// <param name="response">The response as far as it could be read.</param>
    /// <param name="fault">What is wrong with it.</param>
    /// <param name="source">Where it came from.</param>
    void OnUnreadableResponse(SipResponse response, SipReadError fault, SipSource source)
    {
    }

    /// <summary>A connection is gone: what was waiting for an answer on it will not get it there.</summary>
    /// <param name="connection">The handle it had in <see cref="SipSource.Connection"/>, in <see cref="SipDestination.Connection"/> or from <see cref="ISipTransport.SendTrackedAsync"/>.</param>
    void OnConnectionLost(object connection);
}

/// <summary>A receiver that may do its work inside the call, on the thread that has received the message, when that thread has nothing else to do.</summary>
internal interface IInPlaceReceiver : ISipTransportReceiver
{
    /// <summary>A message was received.</summary>
    /// <param name="message">The message.</param>
    /// <param name="source">Its source.</param>
    /// <param name="inPlace">Whether the work may be done inside this call; false when more has arrived already.</param>
    void OnMessage(SipMessage message, SipSource source, bool inPlace);
}
