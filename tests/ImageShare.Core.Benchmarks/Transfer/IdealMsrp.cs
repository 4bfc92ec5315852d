using System.Buffers.Text;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>
/// What MSRP itself costs when nothing else is done: a sender and a receiver written by hand for this one case, without a library's
/// duties (no parsing but the end-line hunt, no checks, no sessions). Chunks packed into large sends; all 200s of one read in one send,
/// and counted by the sender; hash and file inline.
/// </summary>
internal sealed class IdealMsrp(int chunkSize, TransferKind kind) : ITransferCase
{
    private const string ToPath = "msrp://127.0.0.1:20000/abcdefghijklmnopqrstuv;tcp";
    private const string FromPath = "msrp://127.0.0.1:20001/ABCDEFGHIJKLMNOPQRSTUV;tcp";

    public string Name => NameOf(chunkSize, kind);

    public string Baseline => RawSocketCopy.CaseName;

    public int Part => TransferCases.PartOf(kind);

    public static string NameOf(int chunkSize, TransferKind kind) => $"ideal {kind} {chunkSize}";

    public Task<ITransferReceiver> ListenAsync(long octets) =>
        Task.FromResult<ITransferReceiver>(new SocketReceiver(async socket => ITransferCase.Check(await ReceiveAsync(socket), octets)));

    public async Task SendAsync(string address, long octets)
    {
        using Socket socket = await SocketReceiver.DialAsync(address);
        var replies = new Replies(socket);
        if (kind == TransferKind.LockStep)
        {
            await SendInLockStepAsync(socket, replies, octets);
            socket.Shutdown(SocketShutdown.Send);
        }
        else
        {
            Task counting = Task.Run(replies.CountAllAsync);
            await SendChunksAsync(socket, octets);
            socket.Shutdown(SocketShutdown.Send);
            await counting;
        }

        // No less than this tells a sender that its message has arrived.
        ITransferCase.Check(replies.Count, (octets + chunkSize - 1) / chunkSize, "200s");
    }

    private async Task SendInLockStepAsync(Socket socket, Replies replies, long octets)
    {
        byte[] buffer = new byte[chunkSize + 1024];
        int number = 0;
        for (long offset = 0; offset < octets; offset += chunkSize)
        {
            int length = WriteChunk(buffer, Pieces.At(offset, (int)Math.Min(chunkSize, octets - offset)).Span, number++, offset, octets);
            await SendAllAsync(socket, buffer.AsMemory(0, length));
            while (replies.Count < number && await replies.ReadAsync())
            {
            }
        }
    }

    private async Task SendChunksAsync(Socket socket, long octets)
    {
        await using Stream? source = kind == TransferKind.HashedFile ? TransferFiles.OpenSource(octets) : null;
        byte[] read = source is null ? [] : new byte[chunkSize];
        byte[] buffer = new byte[Math.Max(128 * 1024, chunkSize + 1024)];
        int used = 0;
        int number = 0;
        for (long offset = 0; offset < octets; offset += chunkSize)
        {
            int count = (int)Math.Min(chunkSize, octets - offset);
            if (used + count + 512 > buffer.Length)
            {
                await SendAllAsync(socket, buffer.AsMemory(0, used));
                used = 0;
            }

            source?.ReadExactly(read, 0, count);
            ReadOnlySpan<byte> payload = source is null ? Pieces.At(offset, count).Span : read.AsSpan(0, count);
            used += WriteChunk(buffer.AsSpan(used), payload, number++, offset, octets);
        }

        await SendAllAsync(socket, buffer.AsMemory(0, used));
    }

    private static int WriteChunk(Span<byte> to, ReadOnlySpan<byte> payload, int number, long offset, long total)
    {
        int at = 0;
        Put(to, ref at, "MSRP t"u8);
        Number(to, ref at, 10_000_000 + number);
        Put(to, ref at, " SEND\r\nTo-Path: "u8);
        at += System.Text.Encoding.ASCII.GetBytes(ToPath, to[at..]);
        Put(to, ref at, "\r\nFrom-Path: "u8);
        at += System.Text.Encoding.ASCII.GetBytes(FromPath, to[at..]);
        Put(to, ref at, "\r\nMessage-ID: abcdefghijklmnopqrstuv\r\nByte-Range: "u8);
        Number(to, ref at, offset + 1);
        Put(to, ref at, "-"u8);
        Number(to, ref at, offset + payload.Length);
        Put(to, ref at, "/"u8);
        Number(to, ref at, total);
        Put(to, ref at, "\r\nContent-Type: image/png\r\n\r\n"u8);
        Put(to, ref at, payload);
        Put(to, ref at, "\r\n-------t"u8);
        Number(to, ref at, 10_000_000 + number);
        Put(to, ref at, offset + payload.Length == total ? "$\r\n"u8 : "+\r\n"u8);
        return at;
    }

    private async Task<long> ReceiveAsync(Socket socket)
    {
        using IncrementalHash? hash = kind is TransferKind.Memory or TransferKind.LockStep ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        using TransferFiles.Target? target = kind == TransferKind.HashedFile ? new TransferFiles.Target() : null;
        byte[] buffer = new byte[Math.Max(512 * 1024, chunkSize * 2)];
        byte[] replies = new byte[1024 * 1024];
        int used = 0;
        long received = 0;
        while (await socket.ReceiveAsync(buffer.AsMemory(used)) is > 0 and int count)
        {
            used += count;
            int start = 0;
            int reply = 0;
            while (TryTakeChunk(buffer.AsSpan(start, used - start), out int length, out Range body, out ReadOnlySpan<byte> id))
            {
                ReadOnlySpan<byte> octets = buffer.AsSpan(start, length)[body];
                hash?.AppendData(octets);
                target?.Stream.Write(octets);
                received += octets.Length;
                reply += WriteReply(replies.AsSpan(reply), id);
                start += length;
            }

            buffer.AsSpan(start, used - start).CopyTo(buffer);
            used -= start;
            await SendAllAsync(socket, replies.AsMemory(0, reply));
        }

        target?.Stream.Flush();
        _ = hash?.GetHashAndReset();
        return received;
    }

    internal static bool TryTakeChunk(ReadOnlySpan<byte> data, out int length, out Range body, out ReadOnlySpan<byte> id)
    {
        length = 0;
        body = default;
        id = default;
        int headEnd = data.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
        {
            return false;
        }

        id = data["MSRP ".Length..];
        id = id[..id.IndexOf((byte)' ')];
        Span<byte> endLine = stackalloc byte[9 + id.Length];
        "\r\n-------"u8.CopyTo(endLine);
        id.CopyTo(endLine[9..]);
        int start = headEnd + 4;
        int end = data[start..].IndexOf(endLine);
        if (end < 0 || data.Length < start + end + endLine.Length + 3)
        {
            return false;
        }

        body = start..(start + end);
        length = start + end + endLine.Length + 3;
        return true;
    }

    private static int WriteReply(Span<byte> to, ReadOnlySpan<byte> id)
    {
        int at = 0;
        Put(to, ref at, "MSRP "u8);
        Put(to, ref at, id);
        Put(to, ref at, " 200 OK\r\nTo-Path: "u8);
        at += System.Text.Encoding.ASCII.GetBytes(FromPath, to[at..]);
        Put(to, ref at, "\r\nFrom-Path: "u8);
        at += System.Text.Encoding.ASCII.GetBytes(ToPath, to[at..]);
        Put(to, ref at, "\r\n-------"u8);
        Put(to, ref at, id);
        Put(to, ref at, "$\r\n"u8);
        return at;
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> data)
    {
        while (!data.IsEmpty)
        {
            data = data[await socket.SendAsync(data)..];
        }
    }

    private static void Put(Span<byte> to, ref int at, ReadOnlySpan<byte> what)
    {
        what.CopyTo(to[at..]);
        at += what.Length;
    }

    private static void Number(Span<byte> to, ref int at, long value)
    {
        Utf8Formatter.TryFormat(value, to[at..], out int written);
        at += written;
    }

    /// <summary>Counts the 200s of the receiver.</summary>
    private sealed class Replies(Socket socket)
    {
        private readonly byte[] _buffer = new byte[256 * 1024];
        private int _kept;

        public long Count { get; private set; }

        private static ReadOnlySpan<byte> Ok => " 200 OK\r\n"u8;

        public async Task CountAllAsync()
        {
            while (await ReadAsync())
            {
            }
        }

        /// <summary>Reads once; false at the end of the stream.</summary>
        public async ValueTask<bool> ReadAsync()
        {
            int count = await socket.ReceiveAsync(_buffer.AsMemory(_kept));
            Span<byte> come = _buffer.AsSpan(0, _kept + count);
            Count += come.Count(Ok);

            // One may have come in part.
            _kept = Math.Min(come.Length, Ok.Length - 1);
            come[^_kept..].CopyTo(_buffer);
            return count > 0;
        }
    }
}
