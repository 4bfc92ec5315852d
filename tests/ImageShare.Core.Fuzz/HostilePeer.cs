using System.IO.Pipelines;
using System.Net;
using System.Text;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Fuzz;

/// <summary>
/// A peer that says what a script tells it. In a record <c>{me}</c> is its SIP address, <c>{host}</c> and <c>{msrp}</c> its SIP and MSRP host and port, <c>{bob}</c>
/// the client's address; <c>{Via}</c>, <c>{From}</c>, <c>{To}</c>, <c>{Call-ID}</c>, <c>{CSeq}</c>, <c>{Contact}</c> are headers of the last message that
/// came from the client, <c>{tag}</c> the tag of its To, <c>{path}</c> the last <c>a=path</c>.
/// </summary>
internal sealed class HostilePeer : IAsyncDisposable
{
    private readonly INetwork _network;
    private readonly SipUri _bob;
    private readonly IDatagramSocket _socket;
    private readonly IStreamListener _listener;
    private readonly Lock _gate = new();
    private string _heard = string.Empty;
    private string _path = string.Empty;
    private IStreamConnection? _sip;
    private IStreamConnection? _dialled;
    private IStreamConnection? _taken;

    public HostilePeer(INetwork network, SipUri bob)
    {
        (_network, _bob) = (network, bob);
        _socket = network.BindDatagram(new IPEndPoint(IPAddress.Loopback, 0));
        _listener = network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _ = HearAsync();
        _ = TakeAsync();
    }

    public SipUri Address => SipUri.Parse($"sip:mallory@{_socket.LocalEndPoint}");

    public Task SendDatagramAsync(string record) =>
        _socket.SendAsync(Fill(record), new IPEndPoint(IPAddress.Loopback, _bob.Port!.Value), CancellationToken.None).AsTask();

    public async Task SendOnStreamAsync(string record) =>
        await WriteAsync(_sip ??= await DialAsync(_bob.Port!.Value).ConfigureAwait(false), record).ConfigureAwait(false);

    public async Task SendOnOwnMsrpAsync(string record)
    {
        string path = Volatile.Read(ref _path);
        if (_dialled is null && Core.Msrp.MsrpUri.TryParse(Encoding.UTF8.GetBytes(path), out Core.Msrp.MsrpUri? uri) && uri.Port is { } port)
        {
            _dialled = await DialAsync(port).ConfigureAwait(false);
        }

        await WriteAsync(_dialled, record).ConfigureAwait(false);
    }

    public Task SendOnTakenMsrpAsync(string record) => WriteAsync(Volatile.Read(ref _taken), record);

    /// <summary>Remembers what came; nothing waits for it.</summary>
    public void Listen()
    {
        lock (_gate)
        {
            int at = _heard.IndexOf("a=path:", StringComparison.Ordinal);
            if (at >= 0)
            {
                int end = _heard.IndexOf('\r', at);
                Volatile.Write(ref _path, _heard[(at + 7)..(end < 0 ? _heard.Length : end)]);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _sip?.Abort();
        _dialled?.Abort();
        _taken?.Abort();
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _socket.DisposeAsync().ConfigureAwait(false);
    }

    private byte[] Fill(string record)
    {
        string heard;
        lock (_gate)
        {
            heard = _heard;
        }

        record = record.Replace("{me}", Address.ToString(), StringComparison.Ordinal)
            .Replace("{host}", _socket.LocalEndPoint.ToString(), StringComparison.Ordinal)
            .Replace("{msrp}", _listener.LocalEndPoint.ToString(), StringComparison.Ordinal)
            .Replace("{port}", _listener.LocalEndPoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{bob}", _bob.ToString(), StringComparison.Ordinal)
            .Replace("{path}", Volatile.Read(ref _path), StringComparison.Ordinal);
        foreach (string name in (string[])["Via", "From", "To", "Call-ID", "CSeq", "Contact"])
        {
            record = record.Replace($"{{{name}}}", Header(heard, name), StringComparison.Ordinal);
        }

        string to = Header(heard, "To");
        int tag = to.IndexOf("tag=", StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(record.Replace("{tag}", tag < 0 ? "none" : to[(tag + 4)..], StringComparison.Ordinal));
    }

    private static string Header(string message, string name)
    {
        int at = message.IndexOf($"\r\n{name}: ", StringComparison.Ordinal);
        if (at < 0)
        {
            return string.Empty;
        }

        at += name.Length + 4;
        int end = message.IndexOf('\r', at);
        return message[at..(end < 0 ? message.Length : end)];
    }

    private async Task WriteAsync(IStreamConnection? connection, string record)
    {
        if (connection is null)
        {
            return;
        }

        try
        {
            Task writing = connection.Output.WriteAsync(Fill(record)).AsTask();
            for (int turns = 0; turns < 50 && !writing.IsCompleted; turns++)
            {
                await Calm.ComesAsync(Victim.Patience).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // The client has closed the connection.
        }
    }

    private async Task<IStreamConnection?> DialAsync(int port)
    {
        try
        {
            IStreamConnection connection = await _network.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), CancellationToken.None).ConfigureAwait(false);
            _ = DrainAsync(connection);
            return connection;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ImageShareException)
        {
            // Nobody listens there.
            return null;
        }
    }

    private async Task HearAsync()
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (true)
            {
                ReceivedDatagram received = await _socket.ReceiveAsync(buffer, CancellationToken.None).ConfigureAwait(false);
                lock (_gate)
                {
                    _heard = Encoding.Latin1.GetString(buffer, 0, received.Length);
                }
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException or IOException or System.Net.Sockets.SocketException)
        {
            // The script is over.
        }
    }

    private async Task TakeAsync()
    {
        while (await _listener.AcceptAsync(CancellationToken.None).ConfigureAwait(false) is { } connection)
        {
            Volatile.Write(ref _taken, connection);
            _ = DrainAsync(connection);
        }
    }

    private static async Task DrainAsync(IStreamConnection connection)
    {
        try
        {
            while (true)
            {
                ReadResult read = await connection.Input.ReadAsync().ConfigureAwait(false);
                connection.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // The client has closed the connection.
        }
    }
}
