using System.Buffers;
using System.Globalization;
using System.Text;
using ImageShare.Core.Bodies;
using ImageShare.Core.Bodies.Unwrapping;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Fuzz.Targets;

/// <summary>
/// A multipart body, at once and while it arrives; the first line of the input is its Content-Type. Pieces make no difference to the parts; what
/// was written reads back.
/// </summary>
internal static class MultipartTarget
{
    private const int MostPieces = 2000;

    public static void Run(byte[] input)
    {
        int line = input.AsSpan().IndexOf((byte)'\n');
        if (line < 0 || !MediaType.TryParse(input.AsSpan(0, line).Trim(" \t\r"u8), out MediaType? type))
        {
            return;
        }

        ReadOnlyMemory<byte> body = input.AsMemory(line + 1);
        ReadAtOnce(type, body);
        if (BodyUnwrapper.CanUnwrap(type))
        {
            string whole = Unwrap(type, [body]);
            if (body.Length <= MostPieces)
            {
                Rule.Holds(whole == Unwrap(type, Segments.Cut(body.ToArray(), 1)), "Byte by byte a body unwraps to the same.");
            }
        }
    }

    private static void ReadAtOnce(MediaType type, ReadOnlyMemory<byte> body)
    {
        MultipartReadResult read = MultipartCodec.Read(type, body);
        Rule.Holds(read.IsSuccess == read.Body is not null, "There is a body or an error.");
        if (read.Body is not { } multipart)
        {
            Rule.Holds(read.Offset >= 0 && read.Offset <= body.Length, "An error has an offset inside the body.");
            return;
        }

        _ = (multipart.Root, multipart.FindSessionDescription(), multipart.Resolve("cid:a@b"), multipart.AllParts().Count(), multipart.FindRequiredButUnknown(static _ => false));
        Rule.Holds(multipart.AllParts().All(part => part.Content.Length <= body.Length), "A part is not larger than the body.");

        if (!read.Warnings.IsEmpty || multipart.AllParts().Any(static part => part.IsDamaged || (part.ContentType.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) && part.Multipart is null)))
        {
            // Such a body is read as well as can be, and may be ambiguous: a nested multipart with the boundary of the outer one, for example.
            return;
        }

        var printed = new ArrayBufferWriter<byte>();
        try
        {
            MultipartCodec.Write(multipart, printed);
        }
        catch (ImageShareException e) when (e.Error is ImageShareError.InvalidValue)
        {
            // A boundary can be read that may not be written (RFC 2046 §5.1.1).
            return;
        }

        Rule.Holds(MultipartCodec.Read(multipart.ContentType, printed.WrittenMemory).Body == multipart, "What parsed prints to something that parses equal.");
    }

    private static string Unwrap(MediaType type, IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var unwrapper = new BodyUnwrapper(type);
        var text = new StringBuilder();
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            Done(unwrapper.PushAsync(piece));
            Take(unwrapper, text);
        }

        Done(unwrapper.EndAsync());
        Take(unwrapper, text);
        return text.Append(unwrapper.Error).ToString();
    }

    private static void Take(BodyUnwrapper unwrapper, StringBuilder text)
    {
        while (unwrapper.TryRead(out UnwrapEvent next))
        {
            _ = next.Kind switch
            {
                UnwrapEventKind.Content => text.Append(Encoding.Latin1.GetString(next.Content.Span)),
                _ => text.Append(CultureInfo.InvariantCulture, $"\n{next.Kind} {next.Part?.ContentType} {next.IsDamaged}\n"),
            };
        }
    }

    // Reading waits for nothing.
    private static void Done(ValueTask call)
    {
        Rule.Holds(call.IsCompleted, "Unwrapping does not wait.");
        call.GetAwaiter().GetResult();
    }
}
