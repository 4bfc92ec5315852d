using System.Buffers;
using System.Text;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.Torture;

/// <summary>Makes torture messages and reads them in every way a network may bring them.</summary>
internal static class TortureMessage
{
    /// <summary>The text with CRLF as line end and <c>{length}</c> replaced by the octets behind the empty line.</summary>
    public static byte[] Make(string text)
    {
        text = text.Replace("\n", "\r\n", StringComparison.Ordinal);
        if (!text.Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            text += "\r\n\r\n";
        }

        int body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        return Encoding.UTF8.GetBytes(text.Replace("{length}", $"{Encoding.UTF8.GetByteCount(text[body..])}", StringComparison.Ordinal));
    }

    /// <summary>
    /// The one message in a datagram, and the same on a stream: whole, cut in two at every octet, octet by octet, and with every
    /// octet in a segment of its own.
    /// </summary>
    public static T Read<T>(byte[] octets)
        where T : SipMessage
    {
        SipMessage message = ReadDatagram<T>(octets);
        byte[] expected = message.ToArray();
        Assert.That(ReadStream(octets).Single(), Is.EqualTo(expected), "whole");
        foreach (ReadOnlyMemory<byte>[] pieces in Segments.EverySplit(octets))
        {
            Assert.That(ReadStream(pieces).Single().AsSpan().SequenceEqual(expected), Is.True, $"cut at {pieces[0].Length}");
        }

        Assert.That(ReadStream([.. Segments.Cut(octets, 1)]).Single(), Is.EqualTo(expected), "octet by octet");
        ReadOnlySequence<byte> segments = Segments.Join(Segments.Cut(octets, 1));
        Assert.That(new SipReader().Read(ref segments, out SipMessage? joined), Is.EqualTo(OperationStatus.Done), "octet by segment");
        Assert.That(joined!.ToArray(), Is.EqualTo(expected), "octet by segment");
        Assert.That(segments.IsEmpty, Is.True);
        return (T)message;
    }

    /// <summary>The one message in a datagram.</summary>
    public static T ReadDatagram<T>(byte[] octets)
        where T : SipMessage
    {
        Assert.That(SipReader.TryReadDatagram(octets, null, out SipMessage? message, out SipReadError? error), Is.True, error?.ToString());
        Assert.That(message, Is.TypeOf<T>());
        return (T)message!;
    }

    /// <summary>Why the octets are no message: the same in a datagram and on a stream, whole and octet by octet.</summary>
    public static SipReadErrorCode Fail(byte[] octets)
    {
        Assert.That(SipReader.TryReadDatagram(octets, null, out _, out SipReadError? error), Is.False);
        foreach (ReadOnlyMemory<byte>[] pieces in (ReadOnlyMemory<byte>[][])[[octets], [.. Segments.Cut(octets, 1)]])
        {
            var reader = new SipReader();
            Assert.That(Feed(reader, pieces), Is.Empty);
            Assert.That(reader.Error?.Code, Is.EqualTo(error!.Value.Code));
        }

        return error!.Value.Code;
    }

    /// <summary>All messages of a stream that comes in these pieces, printed.</summary>
    public static List<byte[]> ReadStream(params ReadOnlyMemory<byte>[] pieces) => Feed(new SipReader(), pieces);

    /// <summary>Gives the pieces to a reader as a connection does, and prints what comes out.</summary>
    public static List<byte[]> Feed(SipReader reader, ReadOnlyMemory<byte>[] pieces)
    {
        var messages = new List<byte[]>();
        ReadOnlyMemory<byte> waiting = default;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            ReadOnlyMemory<byte> all = waiting.IsEmpty ? piece : (byte[])[.. waiting.Span, .. piece.Span];
            var input = new ReadOnlySequence<byte>(all);
            while (reader.Read(ref input, out SipMessage? message) == OperationStatus.Done)
            {
                messages.Add(message!.ToArray());
            }

            waiting = all[(int)(all.Length - input.Length)..];
        }

        return messages;
    }
}
