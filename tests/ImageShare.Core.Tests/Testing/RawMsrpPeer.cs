using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Net;

namespace ImageShare.Core.Tests.Testing;

/// <summary>The other end of a connection, octet by octet: sends what a test says and notes what comes.</summary>
internal sealed class RawMsrpPeer(IStreamConnection stream) : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly MsrpReader _decoder = new();
    private readonly Queue<Message> _setAside = new();

    public MsrpUri Uri { get; } = MsrpUri.Parse($"msrp://{stream.LocalEndPoint.Address}:{stream.LocalEndPoint.Port}/rawpeer;tcp");

    public IStreamConnection Stream => stream;

    public static async Task<RawMsrpPeer> DialAsync(INetwork network, IPEndPoint remote) =>
        new(await network.ConnectAsync(remote, CancellationToken.None).AsTask().WaitAsync(Patience));

    public async Task SendAsync(string octets)
    {
        stream.Output.Write(Encoding.Latin1.GetBytes(octets));
        await stream.Output.FlushAsync();
    }

    public Task SendAsync(MsrpUri to, string id, string headers, string? body, char continuation, string? messageId = "m1234") => SendAsync(
        $"MSRP {id} SEND\r\nTo-Path: {to}\r\nFrom-Path: {Uri}\r\n" + (messageId is null ? null : $"Message-ID: {messageId}\r\n") + headers
        + (body is null ? null : $"Content-Type: image/png\r\n\r\n{body}\r\n") + $"-------{id}{continuation}\r\n");

    public Task AnswerAsync(Message request, int status, MsrpUri from) => SendAsync(
        $"MSRP {request.Id} {status} text\r\nTo-Path: {request.From.First}\r\nFrom-Path: {from}\r\n-------{request.Id}$\r\n");

    /// <summary>The next response. Requests of the other side may come before it: they are read later.</summary>
    public async Task<Message> ReadResponseAsync()
    {
        var requests = new List<Message>();
        Message? message;
        while ((message = await ReadAsync()) is { Method: not null })
        {
            requests.Add(message);
        }

        requests.ForEach(_setAside.Enqueue);
        return message ?? throw new InvalidOperationException("The connection ended before a response came.");
    }

    /// <summary>The next whole request or response; null at the end of the stream.</summary>
    public async Task<Message?> ReadAsync()
    {
        if (_setAside.TryDequeue(out Message? before))
        {
            return before;
        }

        var body = new MemoryStream();
        while (true)
        {
            ReadResult read = await stream.Input.ReadAsync().AsTask().WaitAsync(Patience);
            ReadOnlySequence<byte> rest = read.Buffer;
            while (_decoder.Read(ref rest, out MsrpEvent next) == OperationStatus.Done)
            {
                foreach (ReadOnlyMemory<byte> piece in next.Body)
                {
                    body.Write(piece.Span);
                }

                if (next.Kind == MsrpEventKind.End)
                {
                    MsrpHead head = next.Head;
                    var message = new Message(
                        Encoding.ASCII.GetString(head.TransactionId),
                        head.Method,
                        head.Status,
                        head.ToPath!,
                        head.FromPath!,
                        head.MessageId,
                        head.ByteRange,
                        head.ReportStatus?.Code,
                        head.HasBody,
                        body.ToArray(),
                        (char)next.Continuation.ToSign(),
                        head.ContentType?.Essence);
                    stream.Input.AdvanceTo(rest.Start);
                    return message;
                }
            }

            stream.Input.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }

    public async Task<string> ReadLineAsync() => await ReadAsync() is { } message ? message.ToString() : "end";

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    internal sealed record Message(
        string Id,
        string? Method,
        int Status,
        MsrpPath To,
        MsrpPath From,
        string? MessageId,
        ByteRange? Range,
        int? ReportStatus,
        bool HasBody,
        byte[] Body,
        char Continuation,
        string? ContentType)
    {
        public override string ToString() => Method is null
            ? $"{Id} {Status}"
            : $"{Method} {Range} {Body.Length}{Continuation}{(ReportStatus is null ? null : $" {ReportStatus}")}";
    }
}
