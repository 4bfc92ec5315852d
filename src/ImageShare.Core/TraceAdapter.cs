using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp;
using ImageShare.Core.Sip.Transport;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core;

/// <summary>Converts SIP and MSRP trace events to <see cref="ImageShareTraceEvent"/>. For any thread.</summary>
internal sealed class TraceAdapter(Action<ImageShareTraceEvent> listener, ImageShareOptions options, ILogger log)
{
    private const int MaxKnownPeers = 1024;

    private readonly ConcurrentDictionary<IPAddress, IPAddress> _localAddresses = new();

    /// <summary>Finds the share of an MSRP session by the id of the session; set before the first event of MSRP.</summary>
    public Func<string, string?>? FindShare { get; set; }

    public void TakeSip(SipTraceEvent message) => listener(
        new ImageShareTraceEvent(
            message.IsOutgoing,
            NameOf(message.Protocol),
            message.Message.StartLine,
            LocalOf(message.Local, message.Remote),
            message.Remote,
            message.Bytes,
            message.Message.Body.Length,
            null)
        {
            Time = options.TimeProvider.GetUtcNow(),
            ShareId = message.Message.Headers.CallId,
        });

    public void TakeUnreadableSip(SipUnreadableTraceEvent message) => listener(
        new ImageShareTraceEvent(
            isOutgoing: false,
            NameOf(message.Protocol),
            FirstLine(message.Bytes.Span),
            LocalOf(message.Local, message.Remote),
            message.Remote,
            message.Bytes,
            0,
            null)
        {
            Time = options.TimeProvider.GetUtcNow(),
            Problem = string.Create(CultureInfo.InvariantCulture, $"{message.Error.Code} at byte {message.Error.Offset}"),
        });

    public void TakeMsrp(MsrpTraceEvent message)
    {
        try
        {
            listener(new ImageShareTraceEvent(
                message.IsOutgoing,
                "MSRP/TCP",
                message.StartLine,
                message.Local,
                message.Remote,
                message.Bytes,
                (int)Math.Min(message.BodyLength, int.MaxValue),
                message.Range is { } range ? $"{range} {message.Continuation}" : null)
            {
                Time = options.TimeProvider.GetUtcNow(),
                Head = message.Head,
                Body = message.Body,
                Continuation = message.Continuation,
                ShareId = FindShareOf(message.Head.Span),
                Problem = message.Problem,
            });
        }
        catch (Exception e)
        {
            // A trace listener must not affect the transfer. The SIP transport does the same.
            log.TraceFailed(e);
        }
    }

    /// <summary>The name of a transport of SIP, as in traces.</summary>
    public static string NameOf(SipProtocol protocol) => "SIP/" + protocol.ToString().ToUpperInvariant();

    // Of the two ends of a session, the one of this side is known (RFC 4975 §7.1: both paths are in every request and response).
    private string? FindShareOf(ReadOnlySpan<byte> head)
    {
        foreach (Range line in head.SplitAny("\r\n"u8))
        {
            ReadOnlySpan<byte> text = head[line];
            if (text.StartsWith("To-Path:"u8) || text.StartsWith("From-Path:"u8))
            {
                foreach (Range uri in text.Split((byte)' '))
                {
                    if (MsrpUri.TryParse(text[uri], out MsrpUri? end) && end.SessionId is { } id && FindShare?.Invoke(id) is { } share)
                    {
                        return share;
                    }
                }
            }
        }

        return null;
    }

    private static string FirstLine(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    // A datagram socket that is bound to all addresses does not know its own: the one from which packets go to that peer.
    private IPEndPoint LocalOf(IPEndPoint local, IPEndPoint remote)
    {
        if (!local.Address.Equals(IPAddress.Any) && !local.Address.Equals(IPAddress.IPv6Any))
        {
            return local;
        }

        if (!_localAddresses.TryGetValue(remote.Address, out IPAddress? address))
        {
            try
            {
                address = options.Network.GetLocalAddressFor(remote.Address);
            }
            catch (Exception e) when (e is SocketException or ImageShareException)
            {
                // There is no way to that peer, which the send itself reports.
                return local;
            }

            if (_localAddresses.Count < MaxKnownPeers)
            {
                _localAddresses[remote.Address] = address;
            }
        }

        return new IPEndPoint(address, local.Port);
    }
}
