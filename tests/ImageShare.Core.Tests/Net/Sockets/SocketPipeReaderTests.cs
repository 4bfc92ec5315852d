using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageShare.Core.Net.Sockets;

namespace ImageShare.Core.Tests.Net.Sockets;

/// <summary>The reader of a socket: what a pipe promises, and that ending a wait loses nothing.</summary>
[TestFixture]
internal sealed class SocketPipeReaderTests
{
    private const int BlockSize = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private RecentBlocks _blocks = null!;
    private Socket _peer = null!;
    private Socket _own = null!;
    private SocketPipeReader _reader = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Task<Socket> accepting = listener.AcceptAsync();
        await _peer.ConnectAsync(listener.LocalEndPoint!);
        _own = await accepting;
        _blocks = new RecentBlocks(BlockSize, kept: 2);
        _reader = new SocketPipeReader(_own, _blocks, BlockSize, minimumRead: 100);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _reader.CompleteAsync();
        _own.Dispose();
        _peer.Dispose();
        _blocks.Dispose();
    }

    [Test]
    public async Task What_was_consumed_is_gone_and_the_rest_stays()
    {
        await SendAsync("abcdef");
        ReadResult first = await ReadAsync();
        _reader.AdvanceTo(first.Buffer.GetPosition(2));
        Assert.That(await TextAsync(), Is.EqualTo("cdef"));
    }

    [Test]
    public async Task What_was_looked_at_is_returned_only_with_more()
    {
        await SendAsync("abc");
        ReadResult first = await ReadAsync();
        _reader.AdvanceTo(first.Buffer.Start, first.Buffer.End);
        Assert.That(_reader.TryRead(out _), Is.False);
        Task<string> reading = TextAsync();
        await SendAsync("d");
        Assert.That(await reading, Is.EqualTo("abcd"));
    }

    [TestCase(false, TestName = "A_wait_without_a_buffer_can_be_ended_and_taken_up_again")]
    [TestCase(true, TestName = "A_wait_with_a_buffer_can_be_ended_and_taken_up_again")]
    public async Task A_wait_can_be_ended_and_taken_up_again(bool expectsInput)
    {
        _reader.ExpectsInput = expectsInput;
        for (int i = 0; i < 3; i++)
        {
            ValueTask<ReadResult> waiting = _reader.ReadAsync();
            Assert.That(waiting.IsCompleted, Is.False);
            _reader.CancelPendingRead();
            ReadResult ended = await waiting.AsTask().WaitAsync(Patience);
            Assert.That((ended.IsCanceled, ended.IsCompleted, ended.Buffer.Length), Is.EqualTo((true, false, 0L)));
            _reader.AdvanceTo(ended.Buffer.Start, ended.Buffer.End);
        }

        await SendAsync("abc");
        Assert.That(await TextAsync(), Is.EqualTo("abc"));
        await SendAsync("def");
        Assert.That(await TextAsync(), Is.EqualTo("def"));
    }

    [Test]
    public async Task The_next_read_is_ended_when_none_is_pending()
    {
        await SendAsync("abc");
        _reader.CancelPendingRead();
        ReadResult ended = await ReadAsync();
        Assert.That(ended.IsCanceled, Is.True);
        _reader.AdvanceTo(ended.Buffer.Start);
        Assert.That(await TextAsync(), Is.EqualTo("abc"));
    }

    [Test]
    public async Task A_token_ends_the_wait_and_nothing_is_lost()
    {
        using var patience = new CancellationTokenSource();
        ValueTask<ReadResult> waiting = _reader.ReadAsync(patience.Token);
        await patience.CancelAsync();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        await SendAsync("abc");
        Assert.That(await TextAsync(), Is.EqualTo("abc"));
    }

    // More than a block: it moves to longer ones, in pieces of every size up to the least that is read.
    [Test]
    public async Task What_is_not_consumed_may_be_longer_than_a_block([Values(1, 99, 100, 101, 777)] int piece)
    {
        byte[] sent = [.. Enumerable.Range(0, 10 * BlockSize).Select(static i => (byte)i)];
        Task sending = SendInPiecesAsync(sent, piece);
        ReadResult read = await ReadAsync();
        while (read.Buffer.Length < sent.Length)
        {
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await ReadAsync();
        }

        await sending;
        Assert.That(read.Buffer.ToArray(), Is.EqualTo(sent));
        _reader.AdvanceTo(read.Buffer.End);
    }

    [Test]
    public async Task Bytes_pass_in_order_while_waits_are_ended_all_the_time()
    {
        byte[] sent = [.. Enumerable.Range(0, 200_000).Select(static i => (byte)(i * 7))];
        using var over = new CancellationTokenSource();
        Task cancelling = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                _reader.CancelPendingRead();
            }
        });
        Task sending = SendInPiecesAsync(sent, 4321);
        var received = new ArrayBufferWriter<byte>();
        for (int i = 0; received.WrittenCount < sent.Length; i++)
        {
            _reader.ExpectsInput = i % 3 == 0;
            ReadResult read = await ReadAsync();
            ReadOnlySequence<byte> taken = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, 300));
            received.Write(taken.ToArray());
            _reader.AdvanceTo(taken.End);
        }

        await over.CancelAsync();
        await cancelling;
        await sending;
        Assert.That(received.WrittenSpan.SequenceEqual(sent), Is.True);
    }

    [Test]
    public async Task The_end_of_the_peer_comes_behind_its_last_bytes()
    {
        await SendAsync("abc");
        _peer.Shutdown(SocketShutdown.Send);
        ReadResult read = await ReadAsync();
        _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        ReadResult last = await ReadAsync();
        Assert.That((last.IsCompleted, last.Buffer.Length), Is.EqualTo((true, 3L)));
        _reader.AdvanceTo(last.Buffer.End);
        Assert.That((await ReadAsync()).IsCompleted, Is.True);
    }

    [Test]
    public void A_reset_is_a_lost_connection()
    {
        ValueTask<ReadResult> waiting = _reader.ReadAsync();
        _peer.Close(timeout: 0);
        Assert.That(async () => await waiting.AsTask().WaitAsync(Patience), Throws.InstanceOf<IOException>());
        Assert.That(async () => await ReadAsync(), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void Own_abort_ends_the_wait()
    {
        ValueTask<ReadResult> waiting = _reader.ReadAsync();
        _own.Close(timeout: 0);
        Assert.That(async () => await waiting.AsTask().WaitAsync(Patience), Throws.InstanceOf<IOException>());
        Assert.That(async () => await ReadAsync(), Throws.InstanceOf<IOException>());
    }

    // Nobody may write into a block that another connection has by now.
    [Test]
    public async Task A_block_that_is_read_into_goes_back_when_that_has_ended()
    {
        _reader.ExpectsInput = true;
        ValueTask<ReadResult> waiting = _reader.ReadAsync();
        _reader.CancelPendingRead();
        _ = await waiting;
        await _reader.CompleteAsync();
        using IMemoryOwner<byte> second = _blocks.Rent();
        using IMemoryOwner<byte> third = _blocks.Rent();
        second.Memory.Span.Clear();
        third.Memory.Span.Clear();
        await SendAsync("abc");
        Assert.That(() => _reader.ReadAsync(), Throws.InstanceOf<InvalidOperationException>());
        Assert.That(second.Memory.Span.ContainsAnyExcept((byte)0) || third.Memory.Span.ContainsAnyExcept((byte)0), Is.False);
    }

    private async Task<ReadResult> ReadAsync() => await _reader.ReadAsync().AsTask().WaitAsync(Patience);

    private async Task<string> TextAsync()
    {
        ReadResult read = await ReadAsync();
        string text = Encoding.ASCII.GetString(read.Buffer);
        _reader.AdvanceTo(read.Buffer.End);
        return text;
    }

    private async Task SendAsync(string text) => await _peer.SendAsync(Encoding.ASCII.GetBytes(text));

    private async Task SendInPiecesAsync(byte[] bytes, int piece)
    {
        await Task.Yield();
        for (int i = 0; i < bytes.Length; i += piece)
        {
            await _peer.SendAsync(bytes.AsMemory(i, Math.Min(piece, bytes.Length - i)));
        }
    }
}
