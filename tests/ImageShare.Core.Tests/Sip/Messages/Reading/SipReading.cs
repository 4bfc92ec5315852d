using System.Buffers;
using System.Text;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Messages.Reading;

/// <summary>Reads messages for the tests of the reader, and describes what came of it.</summary>
internal static class SipReading
{
    public const string Head = "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bKx\r\nFrom: <sip:a@h>;tag=t\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n";

    // Whatever an application may do with a message somebody sent it.
    public static void Touch(SipMessage? message)
    {
        if (message is null)
        {
            return;
        }

        _ = message.Warnings;
        _ = (message.Headers.TopVia, message.Headers.Vias, message.Headers.From?.Tag, message.Headers.To?.Uri.DecodedUser, message.Headers.CSeq);
        _ = (message.Headers.Contacts, message.Headers.Routes, message.Headers.ContentType, message.Headers.ContentDisposition, message.Headers.Accept);
        _ = (message.Headers.AcceptContacts.Any(a => a.Features.HasImageShare), message.Headers.MaxForwards, message.Headers.Allow);
        if (message is SipRequest request)
        {
            _ = SipValidation.Check(request);
            _ = SipResponse.CreateFor(request, 400, toTag: "x").ToArray();
        }

        Assert.That(message.ToArray(), Is.Not.Empty);
    }

    public static string Describe(byte[] octets, ReadOnlyMemory<byte>[] pieces, SipLimits? limits = null)
    {
        // As a pipe does: what was not consumed comes again, with more behind it.
        var reader = new SipReader(limits);
        var text = new StringBuilder();
        int consumed = 0, received = 0;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            received += piece.Length;
            while (true)
            {
                var input = new ReadOnlySequence<byte>(octets, consumed, received - consumed);
                OperationStatus status = Step(reader, ref input, text);
                consumed = received - (int)input.Length;
                if (status == OperationStatus.InvalidData)
                {
                    return text.ToString();
                }

                if (status == OperationStatus.NeedMoreData)
                {
                    break;
                }
            }
        }

        return text.ToString();
    }

    public static OperationStatus Step(SipReader reader, ref ReadOnlySequence<byte> input, StringBuilder text)
    {
        OperationStatus status = reader.Read(ref input, out SipMessage? message);
        if (status == OperationStatus.Done)
        {
            text.Append("message ").Append(message).Append(string.Join(',', message!.Warnings)).Append('\n');
        }
        else if (status == OperationStatus.InvalidData)
        {
            text.Append("error ").Append(reader.Error!.Value.Code).Append(" at ").Append(reader.Error.Value.Offset)
                .Append(" refused ").Append(reader.Refused).Append('\n');
        }

        return status;
    }

    public static SipRequest Read(byte[] octets)
    {
        Assert.That(SipReader.TryReadDatagram(octets, null, out SipMessage? message, out SipReadError? error), Is.True, error?.ToString());
        return (SipRequest)message!;
    }

    public static bool TryRead(string text, out SipMessage? message, out SipReadError? error) =>
        SipReader.TryReadDatagram(Encoding.UTF8.GetBytes(text), null, out message, out error);
}
