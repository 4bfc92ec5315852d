using System.Buffers;
using System.Net;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// Processes each received message, whatever carried it: traces it, writes its source into the Via (RFC 3261 §18.2.1), drops responses that are not ours
/// (RFC 3261 §18.1.2), and hands it to the receiver. A receiver that throws does not end the loop that received.
/// </summary>
internal sealed class SipInbound(
    ISipTransportReceiver receiver, SipTransportStatistics statistics, SipTracing tracing, Func<Via, SipSource, bool> isOurs)
{
    private readonly IInPlaceReceiver? _inPlace = receiver as IInPlaceReceiver;

    public SipTransportStatistics Statistics => statistics;

    public SipTracing Tracing => tracing;

    /// <summary>Processes a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="source">Its source.</param>
    /// <param name="local">The address and port it was received at.</param>
    /// <param name="bytes">Its bytes, if they are at hand.</param>
    /// <param name="inPlace">Whether the caller has nothing else to do meanwhile.</param>
    public void Receive(SipMessage message, SipSource source, IPEndPoint local, ReadOnlyMemory<byte> bytes = default, bool inPlace = false)
    {
        tracing.Emit(false, message, new SipHop(source.Protocol, local, source.Remote), bytes);
        try
        {
            if (message is SipRequest request)
            {
                SipRouting.StampSource(request, source.Remote);
            }
            else if (message.Headers.TopVia is not { } via)
            {
                statistics.CountForeignResponse();
                receiver.OnUnreadableResponse((SipResponse)message, SipValidation.Unreadable((SipResponse)message), source);
                return;
            }
            else if (!isOurs(via, source))
            {
                statistics.CountForeignResponse();
                return;
            }

            statistics.CountReceived();
            if (inPlace && _inPlace is { } worker)
            {
                worker.OnMessage(message, source, inPlace);
            }
            else
            {
                receiver.OnMessage(message, source);
            }
        }
        catch (Exception)
        {
            // The receiver failed; the next message may be for another transaction.
            statistics.CountReceiverFault();
        }
    }

    /// <summary>A message that could not be read: a response is reported, because a transaction awaits it.</summary>
    public void ReceiveUnreadable(SipMessage? broken, SipReadError error, SipSource source, IPEndPoint local, in ReadOnlySequence<byte> bytes)
    {
        statistics.CountMalformed();
        tracing.EmitUnreadable(error, new SipHop(source.Protocol, local, source.Remote), bytes);
        if (broken is not SipResponse response)
        {
            return;
        }

        try
        {
            receiver.OnUnreadableResponse(response, error, source);
        }
        catch (Exception)
        {
            // As above.
            statistics.CountReceiverFault();
        }
    }

    public void ConnectionLost(object connection)
    {
        try
        {
            receiver.OnConnectionLost(connection);
        }
        catch (Exception)
        {
            // As above.
            statistics.CountReceiverFault();
        }
    }

    /// <summary>
    /// The stateless response to a request that could not be read: 513 if its body is over the limit, otherwise 400. Null if there can be no
    /// response: the message is a response or an ACK, or lacks the headers that a response copies.
    /// </summary>
    public static SipResponse? MakeRefusal(SipMessage? broken, SipReadErrorCode reason, SipSource source)
    {
        if (broken is not SipRequest { Headers: { TopVia: not null, From: not null, To: not null, CallId: not null, CSeq: not null } } request
            || request.Method == SipMethod.Ack)
        {
            return null;
        }

        SipRouting.StampSource(request, source.Remote);
        return SipResponse.CreateFor(
            request,
            reason == SipReadErrorCode.BodyTooLong ? 513 : 400,
            reason switch
            {
                SipReadErrorCode.BodyTooLong => null,
                SipReadErrorCode.BadContentLength or SipReadErrorCode.ConflictingContentLength or SipReadErrorCode.BodyTruncated => "Bad Content-Length",
                SipReadErrorCode.NoContentLength => "Missing Content-Length",
                SipReadErrorCode.HeaderTooLong or SipReadErrorCode.TooManyHeaders => "Header Too Large",
                _ => "Bad Request",
            },
            SipResponse.CreateTag());
    }
}
