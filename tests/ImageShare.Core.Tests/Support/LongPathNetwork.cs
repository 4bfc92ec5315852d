using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Tests.Support;

/// <summary>
/// A network whose stream connections hold what was written, as buffers on a long path do: the first octets of the side that dials arrive, the rest when the
/// test says so.
/// </summary>
/// <param name="inner">The network behind it.</param>
/// <param name="arriving">How many octets arrive at once.</param>
internal sealed class LongPathNetwork(INetwork inner, long arriving) : INetwork
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _wrote = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _arriving = arriving;
    private long _taken;
    private bool _isMessageEnd;

    /// <summary>Lets what is held go on, and all that follows.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>Waits until so many octets have left the side that dialled, and the last of them end a message.</summary>
    public async Task WaitUntilMessageTakenAsync(long octets)
    {
        while (true)
        {
            Task wrote = Volatile.Read(ref _wrote).Task;
            if (Interlocked.Read(ref _taken) >= octets && Volatile.Read(ref _isMessageEnd))
            {
                return;
            }

            await wrote.WaitAsync(SharePair.Patience);
        }
    }

    private void Take(long octets, bool isMessageEnd)
    {
        Volatile.Write(ref _isMessageEnd, isMessageEnd);
        Interlocked.Add(ref _taken, octets);
        Interlocked.Exchange(ref _wrote, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    public IDatagramSocket BindDatagram(IPEndPoint local) => inner.BindDatagram(local);

    public IStreamListener Listen(IPEndPoint local) => inner.Listen(local);

    public async ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken) =>
        new Connection(this, await inner.ConnectAsync(remote, cancellationToken));

    public IPAddress GetLocalAddressFor(IPAddress remote) => inner.GetLocalAddressFor(remote);

    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => inner.ResolveAsync(host, cancellationToken);

    private sealed class Connection : IStreamConnection
    {
        private readonly LongPathNetwork _network;
        private readonly IStreamConnection _inner;
        private readonly Pipe _path = new(new PipeOptions(pauseWriterThreshold: 0));
        private readonly CancellationTokenSource _cut = new();
        private readonly Task _carrying;

        public Connection(LongPathNetwork network, IStreamConnection inner)
        {
            (_network, _inner) = (network, inner);
            _carrying = CarryAsync();
            _ = network._released.Task.ContinueWith(_ => _path.Reader.CancelPendingRead(), TaskScheduler.Default);
        }

        public IPEndPoint LocalEndPoint => _inner.LocalEndPoint;

        public IPEndPoint RemoteEndPoint => _inner.RemoteEndPoint;

        public PipeReader Input => _inner.Input;

        public PipeWriter Output => _path.Writer;

        public void Abort()
        {
            _cut.Cancel();
            _inner.Abort();
        }

        public async ValueTask DisposeAsync()
        {
            // The path goes on when the end that wrote is gone.
            await _path.Writer.CompleteAsync();
            await _carrying;
            await _inner.DisposeAsync();
            _cut.Dispose();
        }

        // Takes all that comes at once, and passes it on when it may.
        private async Task CarryAsync()
        {
            long carried = 0;
            var held = new MemoryStream();
            try
            {
                while (true)
                {
                    ReadResult read = await _path.Reader.ReadAsync(_cut.Token);
                    long octets = read.Buffer.Length;
                    foreach (ReadOnlyMemory<byte> piece in read.Buffer)
                    {
                        held.Write(piece.Span);
                    }

                    _path.Reader.AdvanceTo(read.Buffer.End);
                    if (octets > 0)
                    {
                        _network.Take(octets, held.GetBuffer().AsSpan(0, (int)held.Length).EndsWith("$\r\n"u8));
                    }

                    bool isOpen = _network._released.Task.IsCompleted || carried + held.Length <= _network._arriving;
                    if (read.IsCompleted && !isOpen)
                    {
                        await _network._released.Task.WaitAsync(_cut.Token);
                        isOpen = true;
                    }

                    if (isOpen && held.Length > 0)
                    {
                        carried += held.Length;
                        _inner.Output.Write(held.GetBuffer().AsSpan(0, (int)held.Length));
                        held.SetLength(0);
                        await _inner.Output.FlushAsync(_cut.Token);
                    }

                    if (read.IsCompleted)
                    {
                        return;
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // Cut off: what is on the path is lost.
            }
        }
    }
}
