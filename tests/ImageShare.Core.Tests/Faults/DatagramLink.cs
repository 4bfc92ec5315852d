using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Tests.Faults;

/// <summary>
/// UDP between any number of senders and one receiver. Each datagram leaves with the address that its sender advertises, so neither side
/// notices that it passes here.
/// </summary>
internal sealed class DatagramLink : IAsyncDisposable
{
    private readonly IPEndPoint _receiver;
    private readonly Func<IPEndPoint, IPEndPoint> _advertisedBy;
    private readonly Socket _atReceiver;
    private readonly ConcurrentDictionary<IPEndPoint, Socket> _atSenders = [];
    private readonly ConcurrentBag<Task> _loops = [];
    private readonly CancellationTokenSource _over = new();

    /// <param name="receiver">Where the receiver is bound.</param>
    /// <param name="advertised">Where the senders look for it.</param>
    /// <param name="advertisedBy">Where the receiver looks for a sender that is bound to an address.</param>
    public DatagramLink(IPEndPoint receiver, IPEndPoint advertised, Func<IPEndPoint, IPEndPoint> advertisedBy)
    {
        _receiver = receiver;
        _advertisedBy = advertisedBy;
        _atReceiver = Bind(advertised);
        _loops.Add(FromSendersAsync());
    }

    /// <summary>What is held, if anything.</summary>
    public DatagramHold? Hold { get; set; }

    /// <summary>What becomes of each datagram: one delay for each copy that arrives. By default one arrives at once.</summary>
    public Func<Datagram, IReadOnlyList<TimeSpan>> Fate { get; set; } = static _ => [TimeSpan.Zero];

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_loops);
        _atReceiver.Dispose();
        foreach (Socket socket in _atSenders.Values)
        {
            socket.Dispose();
        }

        _over.Dispose();
    }

    private static Socket Bind(IPEndPoint local)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(local);
        return socket;
    }

    private async Task FromSendersAsync()
    {
        await foreach ((Datagram datagram, IPEndPoint sender) in ReadAsync(_atReceiver, toReceiver: true))
        {
            if (!_atSenders.TryGetValue(sender, out Socket? socket))
            {
                socket = Bind(_advertisedBy(sender));
                _atSenders[sender] = socket;
                _loops.Add(FromReceiverAsync(socket, sender));
            }

            Pass(datagram, socket, _receiver);
        }
    }

    private async Task FromReceiverAsync(Socket socket, IPEndPoint sender)
    {
        await foreach ((Datagram datagram, _) in ReadAsync(socket, toReceiver: false))
        {
            Pass(datagram, _atReceiver, sender);
        }
    }

    private async IAsyncEnumerable<(Datagram Datagram, IPEndPoint From)> ReadAsync(Socket socket, bool toReceiver)
    {
        byte[] buffer = new byte[65536];
        while (true)
        {
            SocketReceiveFromResult read;
            try
            {
                read = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _over.Token);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }
            catch (SocketException)
            {
                // ICMP: a datagram came to a program that is gone. The link keeps that to itself, as a network with a firewall does.
                continue;
            }

            yield return (new Datagram(buffer[..read.ReceivedBytes], toReceiver), (IPEndPoint)read.RemoteEndPoint);
        }
    }

    private void Pass(Datagram datagram, Socket through, IPEndPoint to)
    {
        void Deliver()
        {
            foreach (TimeSpan delay in Fate(datagram))
            {
                _loops.Add(SendAsync(datagram, through, to, delay));
            }
        }

        if (Hold?.Takes(datagram, Deliver) is not true)
        {
            Deliver();
        }
    }

    private async Task SendAsync(Datagram datagram, Socket through, IPEndPoint to, TimeSpan delay)
    {
        try
        {
            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, _over.Token);
            }

            await through.SendToAsync(datagram.Bytes, to, _over.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // ICMP of an earlier datagram, or the link is closed: this datagram is lost.
        }
    }
}
