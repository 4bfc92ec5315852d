using System.Buffers;
using System.Net;
using System.Net.Sockets;
using ImageShare.Core.Net;
using ImageShare.Core.Net.Listening;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Sip.Transport;

/// <summary>The UDP side of a transport. One socket sends and receives, so that responses come back to it (RFC 3581).</summary>
internal sealed class SipDatagrams(IDatagramSocket socket, SipTransportOptions options, SipInbound inbound, CancellationToken stop)
{
    private const int LargestDatagram = 65535;
    private const int FailuresInARow = 8;

    /// <summary>Receives until the transport closes.</summary>
    public async Task ReceiveAsync()
    {
        byte[] buffer = new byte[LargestDatagram];
        var failures = new FailureRun();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                ValueTask<ReceivedDatagram> receiving = socket.ReceiveAsync(buffer, stop);

                // What had to be waited for comes alone. While more is there, the system's buffer must be emptied: what does not fit is lost.
                bool isAlone = !receiving.IsCompleted;
                ReceivedDatagram datagram = await receiving.ConfigureAwait(false);
                failures.Clear();
                await HandleAsync(buffer.AsMemory(0, datagram.Length), datagram.Remote, isAlone).ConfigureAwait(false);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Usually the ICMP error of an earlier send; the socket still works. After several failures in a row, pause to keep the loop from spinning.
                inbound.Statistics.CountSocketError();
                if (failures.Add(e, options.TimeProvider.GetElapsedTime(0)))
                {
                    options.ListenerFailed?.Invoke(SipProtocol.Udp, e);
                    return;
                }

                if (failures.Count > FailuresInARow)
                {
                    await AcceptedConnections.PauseAsync(options.TimeProvider, stop).ConfigureAwait(false);
                }
            }
        }
    }

    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.InvalidValue"/>: too large for a datagram; <see cref="ImageShareError.PeerUnreachable"/>: the system refused it.
    /// </exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, IPEndPoint remote, CancellationToken cancellationToken)
    {
        try
        {
            await socket.SendAsync(bytes, remote, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, $"The message has {bytes.Length} bytes, more than a datagram can carry; send it over TCP.", e);
        }
        catch (SocketException e)
        {
            // The system reports "invalid argument" when a loopback address cannot reach another machine.
            throw new ImageShareException(
                ImageShareError.PeerUnreachable,
                IPAddress.IsLoopback(socket.LocalEndPoint.Address) && !IPAddress.IsLoopback(remote.Address)
                    ? $"{remote.Address} is another machine, and {socket.LocalEndPoint.Address}, which SIP is bound to, reaches only this one; bind to an address of this machine's network."
                    : $"No datagram to {remote} ({e.SocketErrorCode}); check the address and the network.",
                e);
        }
    }

    private async ValueTask HandleAsync(ReadOnlyMemory<byte> received, IPEndPoint remote, bool isAlone)
    {
        // Copy: the message keeps its bytes, and the buffer is reused.
        byte[] bytes = received.ToArray();
        var source = new SipSource(remote, SipProtocol.Udp);
        if (SipReader.TryReadDatagram(bytes, options.Limits, out SipMessage? message, out SipReadError? error))
        {
            inbound.Receive(message, source, socket.LocalEndPoint, bytes, inPlace: isAlone);
            return;
        }

        if (error.Value.Code == SipReadErrorCode.Empty)
        {
            return;
        }

        inbound.ReceiveUnreadable(message, error.Value, source, socket.LocalEndPoint, new ReadOnlySequence<byte>(bytes));
        if (SipInbound.MakeRefusal(message, error.Value.Code, source) is { } refusal)
        {
            SipDestination destination = SipRouting.GetResponseDestination(refusal, source, followMaddr: false);
            byte[] answer = refusal.ToArray();
            inbound.Tracing.Emit(true, refusal, new SipHop(SipProtocol.Udp, socket.LocalEndPoint, destination.EndPoint), answer);
            try
            {
                await SendAsync(answer, destination.EndPoint, stop).ConfigureAwait(false);
                inbound.Statistics.CountRefused();
            }
            catch (ImageShareException)
            {
                // The response cannot be sent to the source of the broken request.
                inbound.Statistics.CountSocketError();
            }
        }
    }
}
