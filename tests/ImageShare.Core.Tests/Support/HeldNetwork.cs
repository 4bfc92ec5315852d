using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ImageShare.Core.Net;

namespace ImageShare.Core.Tests.Support;

/// <summary>
/// Notes what leaves one side, SIP requests and MSRP messages, in the order in which it does. What is written to the connections that it accepts can be held back, as by a
/// peer that does not read.
/// </summary>
internal sealed partial class HeldNetwork(INetwork inner) : INetwork
{
    private readonly Lock _gate = new();
    private readonly List<string> _left = [];
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _held;

    /// <summary>What has left, such as <c>abcd 413</c> and <c>BYE</c>.</summary>
    public string[] Left
    {
        get
        {
            lock (_gate)
            {
                return [.. _left];
            }
        }
    }

    /// <summary>Done when something was written that is held back.</summary>
    public Task Tried => _tried.Task.WaitAsync(SharePair.Patience);

    /// <summary>From now on what is written stays.</summary>
    public void Hold() => Volatile.Write(ref _held, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Release() => Interlocked.Exchange(ref _held, null)?.TrySetResult();

    public IDatagramSocket BindDatagram(IPEndPoint local) => new Socket(this, inner.BindDatagram(local));

    public IStreamListener Listen(IPEndPoint local) => new Listener(this, inner.Listen(local));

    public ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken) => inner.ConnectAsync(remote, cancellationToken);

    public IPAddress GetLocalAddressFor(IPAddress remote) => inner.GetLocalAddressFor(remote);

    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => inner.ResolveAsync(host, cancellationToken);

    [GeneratedRegex("^MSRP ([^ ]+ [^ \r]+)|^(BYE|INVITE) ", RegexOptions.Multiline)]
    private static partial Regex Starts { get; }

    private void Note(ReadOnlySpan<byte> octets)
    {
        foreach (Match match in Starts.Matches(Encoding.Latin1.GetString(octets)))
        {
            lock (_gate)
            {
                _left.Add(match.Groups[1].Value + match.Groups[2].Value);
            }
        }
    }

    private sealed class Socket(HeldNetwork network, IDatagramSocket inner) : IDatagramSocket
    {
        public IPEndPoint LocalEndPoint => inner.LocalEndPoint;

        public ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint remote, CancellationToken cancellationToken)
        {
            network.Note(datagram.Span);
            return inner.SendAsync(datagram, remote, cancellationToken);
        }

        public ValueTask<ReceivedDatagram> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => inner.ReceiveAsync(buffer, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Listener(HeldNetwork network, IStreamListener inner) : IStreamListener
    {
        public IPEndPoint LocalEndPoint => inner.LocalEndPoint;

        public async ValueTask<IStreamConnection?> AcceptAsync(CancellationToken cancellationToken) =>
            await inner.AcceptAsync(cancellationToken) is { } accepted ? new Connection(network, accepted) : null;

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Connection(HeldNetwork network, IStreamConnection inner) : IStreamConnection
    {
        public PipeReader Input => inner.Input;

        public PipeWriter Output { get; } = new Writer(network, inner.Output);

        public IPEndPoint LocalEndPoint => inner.LocalEndPoint;

        public IPEndPoint RemoteEndPoint => inner.RemoteEndPoint;

        public void Abort() => inner.Abort();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Writer(HeldNetwork network, PipeWriter inner) : PipeWriter
    {
        private readonly ArrayBufferWriter<byte> _written = new();
        private TaskCompletionSource? _waits;

        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => _written.WrittenCount;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _written.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => _written.GetSpan(sizeHint);

        public override void Advance(int bytes) => _written.Advance(bytes);

        public override void CancelPendingFlush()
        {
            Volatile.Read(ref _waits)?.TrySetCanceled();
            inner.CancelPendingFlush();
        }

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            if (Volatile.Read(ref network._held) is { } held)
            {
                Volatile.Write(ref _waits, held);
                network._tried.TrySetResult();
                try
                {
                    await held.Task;
                }
                catch (TaskCanceledException)
                {
                    return new FlushResult(isCanceled: true, isCompleted: false);
                }
            }

            inner.Write(_written.WrittenSpan);
            network.Note(_written.WrittenSpan);
            _written.ResetWrittenCount();
            return await inner.FlushAsync(cancellationToken);
        }
    }
}
