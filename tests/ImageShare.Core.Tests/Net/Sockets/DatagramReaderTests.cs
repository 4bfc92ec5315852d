using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageShare.Core.Net;
using ImageShare.Core.Net.Sockets;

namespace ImageShare.Core.Tests.Net.Sockets;

/// <summary>The thread that reads a UDP socket: nothing is lost when a wait ends, and closing leaves nothing.</summary>
[TestFixture]
[Platform("Linux", Reason = "elsewhere the runtime receives")]
internal sealed class DatagramReaderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly byte[] _buffer = new byte[100];
    private Socket _own = null!;
    private Socket _peer = null!;
    private DatagramReader _reader = null!;
    private SocketAddress _from = null!;

    [SetUp]
    public void Open()
    {
        _own = Bind();
        _peer = Bind();
        _from = new SocketAddress(AddressFamily.InterNetwork);
        _reader = new DatagramReader(_own);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _reader.CloseAsync().WaitAsync(Patience);
        _own.Dispose();
        _peer.Dispose();
    }

    [Test]
    public async Task A_datagram_comes_with_its_source_whether_it_was_waited_for_or_not()
    {
        Task<string> waiting = TextAsync();
        Send("first");
        Assert.That(await waiting, Is.EqualTo("first"));
        Assert.That(_from, Is.EqualTo(_peer.LocalEndPoint!.Serialize()));
        Send("second");
        Assert.That(await TextAsync(), Is.EqualTo("second"));
    }

    [Test]
    public async Task What_waits_for_a_datagram_continues_on_the_thread_and_finds_there_what_else_has_arrived()
    {
        using var isSent = new ManualResetEventSlim();
        Task<(string? Thread, bool IsThere)> receiving = ReceiveTwoAsync();
        Send("first");
        Send("second");
        isSent.Set();
        Assert.That(await receiving.WaitAsync(Patience), Is.EqualTo((NameOf(_own), true)));

        async Task<(string? Thread, bool IsThere)> ReceiveTwoAsync()
        {
            await _reader.ReceiveFromAsync(_buffer, _from, CancellationToken.None).ConfigureAwait(false);
            isSent.Wait(Patience);
            ValueTask<int> next = _reader.ReceiveFromAsync(_buffer, _from, CancellationToken.None);
            (string? Thread, bool IsThere) found = (Thread.CurrentThread.Name, next.IsCompleted);
            await next.ConfigureAwait(false);
            return found;
        }
    }

    [Test]
    public async Task An_empty_datagram_is_one()
    {
        Task<string> waiting = TextAsync();
        Send(string.Empty);
        Assert.That(await waiting, Is.Empty);
    }

    [Test]
    public async Task A_cancelled_wait_loses_no_datagram()
    {
        for (int i = 0; i < 100; i++)
        {
            using var cancelling = new CancellationTokenSource();
            Task<int> waiting = _reader.ReceiveFromAsync(_buffer, _from, cancelling.Token).AsTask();
            Task sending = Task.Run(() => Send("it"));
            await cancelling.CancelAsync();
            await sending;
            int length;
            try
            {
                length = await waiting.WaitAsync(Patience);
            }
            catch (OperationCanceledException)
            {
                length = await _reader.ReceiveFromAsync(_buffer, _from, CancellationToken.None).AsTask().WaitAsync(Patience);
            }

            Assert.That(Encoding.UTF8.GetString(_buffer, 0, length), Is.EqualTo("it"));
        }
    }

    [Test]
    public async Task A_wait_that_is_cancelled_before_it_begins_does_not_begin()
    {
        Assert.That(() => _reader.ReceiveFromAsync(_buffer, _from, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
        Task<string> waiting = TextAsync();
        Send("it");
        Assert.That(await waiting, Is.EqualTo("it"));
    }

    [Test]
    public async Task An_error_of_an_earlier_send_fails_one_receive_and_not_the_next()
    {
        // ICMP errors reach only sockets that are connected.
        IPEndPoint closed;
        using (Socket gone = Bind())
        {
            closed = (IPEndPoint)gone.LocalEndPoint!;
        }

        _own.Connect(closed);
        Task<int> waiting = _reader.ReceiveFromAsync(_buffer, _from, CancellationToken.None).AsTask();
        _own.Send("anybody there?"u8);
        Assert.That(
            async () => await waiting.WaitAsync(Patience),
            Throws.InstanceOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(SocketError.ConnectionRefused));
        Task<string> next = TextAsync();
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        peer.Bind(closed);
        peer.SendTo("now there is"u8, _own.LocalEndPoint!);
        Assert.That(await next, Is.EqualTo("now there is"));
    }

    [Test]
    public async Task Closing_fails_a_wait_and_ends_the_thread()
    {
        Task<int> waiting = _reader.ReceiveFromAsync(_buffer, _from, CancellationToken.None).AsTask();
        string thread = NameOf(_own);
        await _reader.CloseAsync().WaitAsync(Patience);
        Assert.That(async () => await waiting.WaitAsync(Patience), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => _reader.ReceiveFromAsync(_buffer, _from, CancellationToken.None), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => Threads(), Does.Not.Contain(thread).After(30_000, 1));
    }

    [Test]
    public async Task Closing_ends_the_thread_of_which_nothing_is_wanted()
    {
        Task<string> waiting = TextAsync();
        Send("first");
        await waiting;
        Send("second");
        Assert.That(Threads(), Does.Contain(NameOf(_own)));
        string thread = NameOf(_own);
        await _reader.CloseAsync().WaitAsync(Patience);
        Assert.That(() => Threads(), Does.Not.Contain(thread).After(30_000, 1));
    }

    [Test]
    public async Task Closing_from_the_thread_itself_ends_it_afterwards()
    {
        Task<Task> closing = CloseOnThreadAsync();
        Send("it");
        await (await closing.WaitAsync(Patience)).WaitAsync(Patience);

        async Task<Task> CloseOnThreadAsync()
        {
            await _reader.ReceiveFromAsync(_buffer, _from, CancellationToken.None).ConfigureAwait(false);
            Assert.That(Thread.CurrentThread.Name, Is.EqualTo(NameOf(_own)));
            Task closed = _reader.CloseAsync();
            Assert.That(closed.IsCompleted, Is.False);
            return closed;
        }
    }

    [Test]
    public async Task Many_sockets_open_receive_and_close_at_once_and_their_ports_are_free_again()
    {
        IPEndPoint[] bound = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
        {
            IDatagramSocket socket = SystemNetwork.Instance.BindDatagram(new IPEndPoint(i % 2 == 0 ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0));
            byte[] buffer = new byte[10];
            Task<ReceivedDatagram> first = socket.ReceiveAsync(buffer, CancellationToken.None).AsTask();
            await socket.SendAsync("it"u8.ToArray(), socket.LocalEndPoint, CancellationToken.None);
            Assert.That(await first.WaitAsync(Patience), Is.EqualTo(new ReceivedDatagram(2, socket.LocalEndPoint)));

            // Closed while it receives, by two, and while somebody sends.
            Task<ReceivedDatagram> second = socket.ReceiveAsync(buffer, CancellationToken.None).AsTask();
            Task sending = Task.Run(async () => await socket.SendAsync("more"u8.ToArray(), socket.LocalEndPoint, CancellationToken.None));
            await Task.WhenAll(Task.Run(async () => await socket.DisposeAsync()), Task.Run(async () => await socket.DisposeAsync())).WaitAsync(Patience);
            await sending.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)second).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.That((sending.IsCompleted, second.IsCompleted), Is.EqualTo((true, true)));
            return socket.LocalEndPoint;
        })));
        foreach (IPEndPoint local in bound)
        {
            await SystemNetwork.Instance.BindDatagram(local).DisposeAsync();
        }
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static string NameOf(Socket socket) => $"UDP {((IPEndPoint)socket.LocalEndPoint!).Port}";

    private static List<string> Threads()
    {
        var names = new List<string>();
        foreach (string thread in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                names.Add(File.ReadAllText(Path.Combine(thread, "comm")).Trim());
            }
            catch (IOException)
            {
                // It has ended.
            }
        }

        return names;
    }

    private void Send(string text) => _peer.SendTo(Encoding.UTF8.GetBytes(text), _own.LocalEndPoint!);

    private async Task<string> TextAsync()
    {
        int length = await _reader.ReceiveFromAsync(_buffer, _from, CancellationToken.None).AsTask().WaitAsync(Patience);
        return Encoding.UTF8.GetString(_buffer, 0, length);
    }
}
