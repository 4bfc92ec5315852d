using System.Buffers;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Writing;

/// <summary>
/// Writes the responses of one reader loop into a buffer that is handed over once per read. The chunks of a transfer get the
/// same response except for its id, so its text is cached.
/// </summary>
internal sealed class ResponseWriter
{
    private ScratchWriter? _pending;
    private byte[] _paths = [];
    private MsrpPath? _to;
    private MsrpUri? _from;

    public ReadOnlySpan<byte> Pending => _pending is { } pending ? pending.WrittenSpan : default;

    /// <summary>Where other complete requests may be written, to be sent with the responses.</summary>
    public IBufferWriter<byte> Output => _pending ??= ScratchWriter.Rent();

    /// <summary>Forgets what is pending. A connection that answers little has a buffer only while it answers; a busy one keeps the long one it needs.</summary>
    public void Clear()
    {
        if (_pending is { IsLong: true })
        {
            _pending.Clear();
            return;
        }

        _pending?.Dispose();
        _pending = null;
    }

    /// <summary>
    /// Answers a request: back to the previous hop for a SEND, along the whole path for anything else (RFC 4975 §7.2).
    /// </summary>
    public void Answer(MsrpHead request, MsrpUri from, int status)
    {
        MsrpPath to = request.FromPath!;
        if (!request.IsSend || status != 200)
        {
            MsrpPath hop = request.IsSend && to.Uris.Length > 1 ? new MsrpPath(to.First) : to;
            MsrpWriter.WriteResponse(Output, request.TransactionId, hop, new MsrpPath(from), status, Comment(status));
            return;
        }

        if (!ReferenceEquals(to, _to) || !ReferenceEquals(from, _from))
        {
            using ScratchWriter text = ScratchWriter.Rent();
            text.Write(" 200 OK\r\nTo-Path: "u8);
            to.First.Write(text);
            text.Write("\r\nFrom-Path: "u8);
            from.Write(text);
            text.Write("\r\n"u8);
            (_paths, _to, _from) = (text.WrittenSpan.ToArray(), to, from);
        }

        ReadOnlySpan<byte> id = request.TransactionId;
        IBufferWriter<byte> output = Output;
        Span<byte> span = output.GetSpan(5 + id.Length + _paths.Length + id.Length + MsrpWriter.EndLineOverhead);
        "MSRP "u8.CopyTo(span);
        int length = 5;
        id.CopyTo(span[length..]);
        length += id.Length;
        _paths.CopyTo(span[length..]);
        length += _paths.Length;
        length += MsrpWriter.FormatEndLine(span[length..], id, MsrpContinuation.Complete, afterBody: false);
        output.Advance(length);
    }

    public static string Comment(int status) => status switch
    {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        413 => "Stop Sending",
        415 => "Unsupported Media Type",
        481 => "No Such Session",
        501 => "Unknown Method",
        506 => "Session In Use",
        _ => "Refused",
    };
}
