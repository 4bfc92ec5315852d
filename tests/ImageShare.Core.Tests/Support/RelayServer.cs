using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Support;

/// <summary>A whole MSRP relay (RFC 4976 §6) for one test: grants paths, forwards, and does what a test tells it to do otherwise.</summary>
internal sealed class RelayServer : IAsyncDisposable
{
    public const string Realm = "127.0.0.1";
    public const string User = "alice";
    public const string Password = "open sesame";

    private readonly IStreamListener _listener;
    private readonly TlsEndpoint _tls = new(new TlsOptions { Certificate = TestCertificates.Loopback });
    private readonly ConcurrentDictionary<string, Client> _granted = new();
    private readonly ConcurrentDictionary<string, Client> _seen = new();
    private readonly ConcurrentDictionary<string, (Client Sender, Frame Request)> _forwarded = new();
    private readonly ConcurrentBag<Client> _clients = [];
    private readonly Task _accepting;
    private int _grants;

    public RelayServer(INetwork network)
    {
        _listener = network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _accepting = AcceptAsync();
    }

    public MsrpUri Uri => MsrpUri.Parse($"msrps://127.0.0.1:{_listener.LocalEndPoint.Port};tcp");

    public MsrpRelay AsRelay(string password = Password) => new(Uri, User, password);

    /// <summary>What AUTH with credentials gets, status and headers; null grants a path. An empty answer is none at all.</summary>
    public string? Refusal { get; set; }

    /// <summary>Done when the first AUTH has got no answer.</summary>
    public TaskCompletionSource Silent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Expires { get; set; } = 900;

    /// <summary>Whether each renewal grants another path.</summary>
    public bool ChangesPath { get; set; }

    /// <summary>The paths granted, in their order.</summary>
    public ConcurrentQueue<string> Paths { get; } = new();

    /// <summary>The first line and To-Path of each request that came.</summary>
    public ConcurrentQueue<(string Method, string ToPath)> Requests { get; } = new();

    public int Connections => _clients.Count;

    public async Task DropAllAsync()
    {
        foreach (Client client in _clients)
        {
            await client.Stream.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _accepting;
        await DropAllAsync();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (await _listener.AcceptAsync(default) is { } stream)
            {
                _ = ServeAsync(stream);
            }
        }
        catch (ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(IStreamConnection stream)
    {
        try
        {
            var client = new Client(await _tls.AcceptAsync(stream, asksForCertificate: false, static (_, _, _, _) => null, default));
            _clients.Add(client);
            while (await client.ReadAsync() is { } frame)
            {
                await TakeAsync(client, frame);
            }
        }
        catch (Exception e) when (e is IOException or ImageShareException or InvalidOperationException or OperationCanceledException)
        {
            // The other end went away, or the test ended.
        }
    }

    private async Task TakeAsync(Client from, Frame frame)
    {
        if (frame.Status is { } status)
        {
            // The hop before has had its 200; that the next refused is told by a report (RFC 4976 §6.4.3).
            if (_forwarded.TryRemove(frame.Id, out (Client Sender, Frame Request) sent) && status[0] != '2')
            {
                string id = $"report{Interlocked.Increment(ref _grants)}x";
                await sent.Sender.WriteAsync(
                    $"MSRP {id} REPORT\r\nTo-Path: {sent.Request.From}\r\nFrom-Path: {sent.Request.To.Split(' ')[0]}\r\nMessage-ID: {sent.Request.Header("Message-ID")}\r\n"
                    + $"Byte-Range: {sent.Request.Header("Byte-Range")}\r\nStatus: 000 {status} refused\r\n-------{id}$\r\n");
            }

            return;
        }

        Requests.Enqueue((frame.Method, frame.To));
        _seen[frame.From.Split(' ')[0]] = from;
        if (frame.Method == "AUTH")
        {
            await AuthenticateAsync(from, frame);
            return;
        }

        string[] to = frame.To.Split(' ');
        if (!_granted.TryGetValue(to[0], out Client? client))
        {
            await from.WriteAsync(frame.Answer("481 No such path"));
            return;
        }

        if (frame.Method == "SEND")
        {
            await from.WriteAsync(frame.Answer("200 OK"));
            _forwarded[frame.Id] = (from, frame);
        }

        // From whom it was granted to: on to the next hop, perhaps this relay again. From others: to whom it was granted to.
        Frame moved = frame.Move();
        if (client == from && to.Length > 2 && _granted.TryGetValue(to[1], out Client? other))
        {
            await other.WriteAsync(moved.Move().Bytes);
        }
        else if (client != from)
        {
            await client.WriteAsync(moved.Bytes);
        }
        else if (_seen.TryGetValue(to[1], out Client? peer))
        {
            await peer.WriteAsync(moved.Bytes);
        }
    }

    private async Task AuthenticateAsync(Client from, Frame frame)
    {
        if (frame.Header("Authorization") is not { } proof)
        {
            await from.WriteAsync(frame.Answer("401 Unauthorized", $"WWW-Authenticate: Digest realm=\"{Realm}\", qop=\"auth\", nonce=\"n1\"\r\n"));
        }
        else if (Refusal is not null)
        {
            if (Refusal.Length > 0)
            {
                await from.WriteAsync(frame.Answer(Refusal));
            }
            else
            {
                Silent.TrySetResult();
            }
        }
        else if (!IsRight(proof))
        {
            await from.WriteAsync(frame.Answer("401 Unauthorized", $"WWW-Authenticate: Digest realm=\"{Realm}\", qop=\"auth\", nonce=\"n2\"\r\n"));
        }
        else
        {
            int grants = Interlocked.Increment(ref _grants);
            string path = from.Path is { } before && !ChangesPath ? before : $"msrps://127.0.0.1:{_listener.LocalEndPoint.Port}/granted{grants};tcp";
            if (path != from.Path)
            {
                // The one before is still good, the one before that is not.
                if (from.Before is not null)
                {
                    Expire(from.Before);
                }

                from.Before = from.Path;
            }

            from.Path = path;
            _granted[path] = from;
            Paths.Enqueue(path);
            await from.WriteAsync(frame.Answer("200 OK", $"Use-Path: {path}\r\nExpires: {Expires}\r\n"));
        }
    }

    /// <summary>Ends the time of a path: whoever sends there gets 481.</summary>
    private void Expire(string path) => Assert.That(_granted.TryRemove(path, out _), Is.True, "it was granted");

    private static bool IsRight(string proof)
    {
        string Value(string name) => System.Text.RegularExpressions.Regex.Match(proof, $"[ ,]{name}=\"?([^\",]*)").Groups[1].Value;
        string expected = Md5($"{Md5($"{User}:{Realm}:{Password}")}:{Value("nonce")}:{Value("nc")}:{Value("cnonce")}:auth:{Md5("AUTH:" + Value("uri"))}");
        return Value("username") == User && Value("response") == expected;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "The algorithm of the challenge.")]
    private static string Md5(string text) => Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>One request or response, octet for octet: Latin-1 keeps each.</summary>
    private sealed record Frame(string Text)
    {
        public byte[] Bytes => Encoding.Latin1.GetBytes(Text);

        public string Id => Text.Split(' ', 3)[1];

        public string Method => StartLine.Split(' ')[2];

        public string? Status => char.IsAsciiDigit(Method[0]) ? Method : null;

        public string To => Header("To-Path")!;

        public string From => Header("From-Path")!;

        private string StartLine => Text[..Text.IndexOf('\r', StringComparison.Ordinal)];

        public string? Header(string name)
        {
            int end = Text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            return (end < 0 ? Text : Text[..end]).Split("\r\n").FirstOrDefault(l => l.StartsWith(name + ": ", StringComparison.Ordinal))?[(name.Length + 2)..];
        }

        /// <summary>With the first URI of To-Path in front of From-Path (RFC 4976 §6.4.1).</summary>
        public Frame Move()
        {
            string[] to = To.Split(' ', 2);
            int body = Text.IndexOf("From-Path: ", StringComparison.Ordinal) + From.Length + 11;
            return new Frame($"{StartLine}\r\nTo-Path: {to[1]}\r\nFrom-Path: {to[0]} {From}{Text[body..]}");
        }

        public string Answer(string status, string headers = "") =>
            $"MSRP {Id} {status}\r\nTo-Path: {(Method == "SEND" ? From.Split(' ')[0] : From)}\r\nFrom-Path: {To.Split(' ')[0]}\r\n{headers}-------{Id}$\r\n";
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The semaphore never makes a handle.")]
    private sealed class Client(IStreamConnection stream)
    {
        private readonly SemaphoreSlim _writing = new(1, 1);

        public IStreamConnection Stream => stream;

        public string? Path { get; set; }

        public string? Before { get; set; }

        public async Task<Frame?> ReadAsync()
        {
            while (true)
            {
                ReadResult read = await stream.Input.ReadAsync();
                string text = Encoding.Latin1.GetString(read.Buffer);
                string[] start = text.Split(' ', 3);
                int end = start.Length < 3 ? -1 : text.IndexOf($"-------{start[1]}", StringComparison.Ordinal);
                int length = end + 10 + (start.Length < 3 ? 0 : start[1].Length);
                if (end >= 0 && text.Length >= length)
                {
                    stream.Input.AdvanceTo(read.Buffer.GetPosition(length));
                    return new Frame(text[..length]);
                }

                if (read.IsCompleted)
                {
                    return null;
                }

                stream.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }

        public Task WriteAsync(string text) => WriteAsync(Encoding.Latin1.GetBytes(text));

        public async Task WriteAsync(byte[] octets)
        {
            await _writing.WaitAsync();
            try
            {
                await stream.Output.WriteAsync(octets);
            }
            finally
            {
                _writing.Release();
            }
        }
    }
}
