using System.Buffers;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The codec without any connection: octets to events, and a message to octets.</summary>
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

    // Call it with all that has come and was not consumed; it says how much it consumed, and what it could read.
    public static SequencePosition Read(MsrpDecoder decoder, ReadOnlySequence<byte> octets, Action<string> show)
    {
        OperationStatus status;
        while ((status = decoder.Read(ref octets, out MsrpEvent next)) == OperationStatus.Done)
        {
            show(next.Kind switch
            {
                MsrpEventKind.RequestHead => $"{next.Head.Method} {next.Head.ByteRange} {next.Head.ContentType}",
                MsrpEventKind.ResponseHead => $"{next.Head.Status}",
                MsrpEventKind.Body => $"{next.Body.Length} octets",
                _ => $"end: {next.Continuation}",
            });
        }

        if (status == OperationStatus.InvalidData)
        {
            show($"{decoder.Error!.Value.Reason} at octet {decoder.Error.Value.Offset}: close the connection");
        }

        return octets.Start;
    }
}
