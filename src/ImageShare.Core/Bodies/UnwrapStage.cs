using System.Text;

namespace ImageShare.Core.Bodies;

/// <summary>One level of a message that is taken apart: gets the octets of that level, in order, and then its end.</summary>
internal abstract class UnwrapStage
{
    public abstract void Push(ReadOnlySpan<byte> octets);

    public abstract void End();

    /// <summary>What reads the content of a part whose headers are known.</summary>
    /// <param name="part">The headers.</param>
    /// <param name="output">Where what is found goes.</param>
    /// <param name="depth">How many levels are around it.</param>
    /// <param name="isInMultipart">Whether a delimiter of an outer level ends it.</param>
    public static UnwrapStage For(BodyPart part, UnwrapOutput output, int depth, bool isInMultipart)
    {
        // An encoding on a wrapper is not allowed (RFC 2045 §6.4): what is inside is nothing that can be read.
        bool isEncoded = part.TransferEncoding is TransferEncoding.Base64 or TransferEncoding.QuotedPrintable or TransferEncoding.Unknown;
        if (isEncoded || !BodyUnwrapper.CanUnwrap(part.ContentType))
        {
            return new ContentStage(part, output);
        }

        if (depth + 1 > output.Limits.MaxDepth)
        {
            output.Fail(UnwrapError.TooDeep);
            return new ContentStage(part, output);
        }

        if (part.ContentType.Is("message", "cpim"))
        {
            return new CpimStage(output, depth + 1, isInMultipart);
        }

        if (Boundary.TryGet(part.ContentType, out string? boundary) == MultipartError.None)
        {
            int spaces = part.ContentType.Parameters.GetValue("boundary")!.Length - boundary!.Length;
            return new MultipartStage(Encoding.ASCII.GetBytes(boundary), spaces, output, depth + 1, isInMultipart);
        }

        if (depth == 0)
        {
            output.Fail(UnwrapError.BadBoundary);
        }

        return new ContentStage(part, output);
    }
}
