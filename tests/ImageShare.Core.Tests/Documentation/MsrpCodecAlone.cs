using System.Buffers;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The codec without any connection: bytes to events, and a message to bytes.</summary>
internal static class MsrpCodecAlone
{
    public static byte[] Write(MsrpPath to, MsrpPath from, ReadOnlySpan<byte> body)
    {
        var output = new ArrayBufferWriter<byte>();
        ReadOnlySpan<byte> id = "d93kswow"u8;
        MsrpWriter.WriteSendHead(output, id, new MsrpSendHeaders(to, from, contentType: new MediaType("text", "plain")), new ByteRange(1, body.Length, body.Length));
        output.Write(body);
        MsrpWriter.WriteEndLine(output, id, MsrpContinuation.Complete, afterBody: true);
        return output.WrittenSpan.ToArray();
    }

    // Call it with all input that was not consumed yet. It returns how far it has read, and shows what it has read.
    public static SequencePosition Read(MsrpReader decoder, ReadOnlySequence<byte> bytes, Action<string> show)
    {
        OperationStatus status;
        while ((status = decoder.Read(ref bytes, out MsrpEvent next)) == OperationStatus.Done)
        {
            show(next.Kind switch
            {
                MsrpEventKind.RequestHead => $"{next.Head.Method} {next.Head.ByteRange} {next.Head.ContentType}",
                MsrpEventKind.ResponseHead => $"{next.Head.Status}",
                MsrpEventKind.Body => $"{next.Body.Length} bytes",
                _ => $"end: {next.Continuation}",
            });
        }

        if (status == OperationStatus.InvalidData)
        {
            show($"{decoder.Error!.Value.Code} at byte {decoder.Error.Value.Offset}: close the connection");
        }

        return bytes.Start;
    }
}
