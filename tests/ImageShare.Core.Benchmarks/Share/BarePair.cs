using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Benchmarks.Share;

/// <summary>Two ends with plain sockets that repeat the steps of a recorded share: the same bytes, in the same order, in as many system calls, and nothing else.</summary>
internal sealed class BarePair : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly Step[] _callerSteps;
    private readonly Step[] _calleeSteps;
    private readonly BareEnd _caller = new();
    private readonly BareEnd _callee = new();
    private readonly int[] _staying;

    private BarePair(WireStep[] steps)
    {
        _callerSteps = StepsOf(steps, isCaller: true);
        _calleeSteps = StepsOf(steps, isCaller: false);
        _staying = [.. steps.Where(static s => s.Stream >= 0).GroupBy(static s => s.Stream).Where(static g => g.All(static s => s.Action == WireAction.Send)).Select(static g => g.Key)];
    }

    /// <summary>Opens the sockets, and the streams that stay open between shares.</summary>
    public static async Task<BarePair> StartAsync(WireStep[] steps)
    {
        var pair = new BarePair(steps);
        (pair._caller.Peer, pair._callee.Peer) = (pair._callee.DatagramAddress, pair._caller.DatagramAddress);
        (pair._caller.PeerListener, pair._callee.PeerListener) = (pair._callee.ListenerAddress, pair._caller.ListenerAddress);
        foreach (int stream in pair._staying)
        {
            await Task.WhenAll(pair._caller.ConnectAsync(stream), pair._callee.AcceptAsync(stream)).ConfigureAwait(false);
        }

        return pair;
    }

    /// <summary>All steps once.</summary>
    public Task ShareAsync()
    {
        Task callee = RunAsync(_callee, _calleeSteps);
        return Task.WhenAll(RunAsync(_caller, _callerSteps), callee);
    }

    public void Dispose()
    {
        _caller.Dispose();
        _callee.Dispose();
    }

    private static async Task RunAsync(BareEnd end, Step[] steps)
    {
        foreach (Step step in steps)
        {
            switch (step.Kind)
            {
                case StepKind.Connect:
                    await end.ConnectAsync(step.Stream).ConfigureAwait(false);
                    break;
                case StepKind.Accept:
                    await end.AcceptAsync(step.Stream).ConfigureAwait(false);
                    break;
                case StepKind.Send:
                    await end.SendAsync(step.Stream, step.Bytes).ConfigureAwait(false);
                    break;
                case StepKind.Receive:
                    await end.ReceiveAsync(step.Stream, step.Count).ConfigureAwait(false);
                    break;
                case StepKind.Shutdown:
                    end.Shutdown(step.Stream);
                    break;
                default:
                    await end.CloseAsync(step.Stream).ConfigureAwait(false);
                    break;
            }
        }
    }

    // What one end does: its own steps, and a receive for each of the other's.
    private static Step[] StepsOf(WireStep[] all, bool isCaller)
    {
        List<Step> own = [];
        HashSet<int> closing = [];
        foreach (WireStep step in all)
        {
            bool isOwn = step.IsCaller == isCaller;
            switch (step.Action)
            {
                case WireAction.Send:
                    own.Add(isOwn ? new Step(StepKind.Send, step.Stream, step.Bytes, 0) : new Step(StepKind.Receive, step.Stream, [], step.Bytes.Length));
                    break;
                case WireAction.Open when isOwn:
                    own.Add(new Step(isCaller ? StepKind.Connect : StepKind.Accept, step.Stream, [], 0));
                    break;
                case WireAction.Close when closing.Add(step.Stream):
                    if (isOwn)
                    {
                        own.Add(new Step(StepKind.Shutdown, step.Stream, [], 0));
                    }

                    break;
                case WireAction.Close:
                    // The end that closed first sees that the other has closed too.
                    own.Add(new Step(StepKind.Close, step.Stream, [], 0));
                    break;
            }
        }

        return [.. own];
    }

    private enum StepKind
    {
        Connect,
        Accept,
        Send,
        Receive,
        Shutdown,
        Close,
    }

    private readonly record struct Step(StepKind Kind, int Stream, byte[] Bytes, int Count);

    private sealed class BareEnd : IDisposable
    {
        private readonly Socket _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Dictionary<int, Socket> _streams = [];
        private readonly byte[] _buffer = new byte[BufferSize];
        private readonly IPEndPoint _any = new(IPAddress.Any, 0);

        public BareEnd()
        {
            _datagrams.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(16);
        }

        public EndPoint DatagramAddress => _datagrams.LocalEndPoint!;

        public EndPoint ListenerAddress => _listener.LocalEndPoint!;

        public EndPoint Peer { get; set; } = null!;

        public EndPoint PeerListener { get; set; } = null!;

        public async Task ConnectAsync(int stream)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(PeerListener).ConfigureAwait(false);
            _streams[stream] = socket;
        }

        public async Task AcceptAsync(int stream)
        {
            Socket socket = await _listener.AcceptAsync().ConfigureAwait(false);
            socket.NoDelay = true;
            _streams[stream] = socket;
        }

        public async ValueTask SendAsync(int stream, ReadOnlyMemory<byte> bytes)
        {
            if (stream == WireStep.Datagrams)
            {
                await _datagrams.SendToAsync(bytes, SocketFlags.None, Peer).ConfigureAwait(false);
                return;
            }

            while (!bytes.IsEmpty)
            {
                bytes = bytes[await _streams[stream].SendAsync(bytes, SocketFlags.None).ConfigureAwait(false)..];
            }
        }

        public async ValueTask ReceiveAsync(int stream, int count)
        {
            if (stream == WireStep.Datagrams)
            {
                await _datagrams.ReceiveFromAsync(_buffer, SocketFlags.None, _any).ConfigureAwait(false);
                return;
            }

            while (count > 0)
            {
                int read = await _streams[stream].ReceiveAsync(_buffer.AsMemory(0, Math.Min(count, _buffer.Length)), SocketFlags.None).ConfigureAwait(false);
                count -= read > 0 ? read : throw new EndOfStreamException("The other end closed too early.");
            }
        }

        public void Shutdown(int stream) => _streams[stream].Shutdown(SocketShutdown.Send);

        // Behind what the other end has shut down.
        public async ValueTask CloseAsync(int stream)
        {
            _streams.Remove(stream, out Socket? socket);
            await socket!.ReceiveAsync(_buffer, SocketFlags.None).ConfigureAwait(false);
            socket.Dispose();
        }

        public void Dispose()
        {
            _datagrams.Dispose();
            _listener.Dispose();
            foreach (Socket socket in _streams.Values)
            {
                socket.Dispose();
            }
        }
    }
}
