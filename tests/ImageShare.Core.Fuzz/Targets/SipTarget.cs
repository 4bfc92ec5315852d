using System.Buffers;
using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Fuzz.Targets;

/// <summary>
/// The SIP reader, as a datagram and as a stream. What parses prints to something that parses and prints the same; pieces make no difference;
/// no typed header throws.
/// </summary>
internal static class SipTarget
{
    private const int MostPieces = 2000;

    private static readonly Func<SipHeaders, object?>[] TypedHeaders =
    [
        .. typeof(SipHeaders).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static p => p.GetIndexParameters().Length == 0).Select(Getter),
    ];

    public static void Run(byte[] input)
    {
        if (SipReader.TryReadDatagram(input, null, out SipMessage? message, out SipReadError? error))
        {
            Check(message);
        }
        else
        {
            Rule.Holds(error is { Offset: >= 0 } known && known.Offset <= input.Length, "An error has an offset inside the input.");
        }

        string whole = Read([input]);
        if (input.Length <= MostPieces)
        {
            Rule.Holds(whole == Read(Segments.Cut(input, 1)), "Byte by byte a stream reads the same.");
        }
    }

    private static void Check(SipMessage message)
    {
        Touch(message);
        byte[] printed = message.ToArray();
        Rule.Holds(SipReader.TryReadDatagram(printed, null, out SipMessage? again, out _), "What parsed prints to something that parses.");
        Rule.Holds(again!.ToArray().AsSpan().SequenceEqual(printed), "What was printed prints the same.");
    }

    private static void Touch(SipMessage message)
    {
        foreach (Func<SipHeaders, object?> header in TypedHeaders)
        {
            _ = header(message.Headers);
        }

        _ = message.Warnings.Count;
        if (message is SipRequest request)
        {
            _ = SipValidation.Check(request);
            _ = SipResponse.CreateFor(request, 400, toTag: "x").ToArray();
        }
    }

    // As a pipe does: what was not consumed comes again, with more behind it.
    private static string Read(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var reader = new SipReader();
        var text = new StringBuilder();
        var waiting = new ArrayBufferWriter<byte>();
        int consumed = 0;
        OperationStatus status = OperationStatus.NeedMoreData;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            waiting.Write(piece.Span);
            var input = new ReadOnlySequence<byte>(waiting.WrittenMemory[consumed..]);
            while ((status = reader.Read(ref input, out SipMessage? message)) == OperationStatus.Done)
            {
                text.Append(Encoding.Latin1.GetString(message!.ToArray())).Append('|');
            }

            consumed = waiting.WrittenCount - (int)input.Length;
            if (status == OperationStatus.InvalidData)
            {
                return text.Append(reader.Error).ToString();
            }
        }

        return text.ToString();
    }

    private static Func<SipHeaders, object?> Getter(PropertyInfo property)
    {
        ParameterExpression headers = Expression.Parameter(typeof(SipHeaders));
        return Expression.Lambda<Func<SipHeaders, object?>>(Expression.Convert(Expression.Property(headers, property), typeof(object)), headers).Compile();
    }
}
