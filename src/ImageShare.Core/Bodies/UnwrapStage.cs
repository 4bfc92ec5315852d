namespace ImageShare.Core.Bodies;

/// <summary>One level of a message that is taken apart: gets the octets of that level, in order, and then its end.</summary>
internal abstract class UnwrapStage
{
    /// <summary>Takes the next octets. It never waits for anything but its own reading of them.</summary>
    public abstract ValueTask PushAsync(ReadOnlyMemory<byte> octets);

    public abstract ValueTask EndAsync();

    /// <summary>What reads the content of a part whose headers are known.</summary>
    /// <param name="part">The headers.</param>
    /// <param name="output">Where what is found goes.</param>
    /// <param name="depth">How many levels are around it.</param>
    public static UnwrapStage For(BodyPart part, UnwrapOutput output, int depth)
    {
        bool isCpim = part.ContentType.Is("message", "cpim") && !part.IsEncoded;
        if (!isCpim && !part.IsMultipart)
        {
            return new ContentStage(part, output);
        }

        if (depth + 1 > output.Limits.MaxDepth)
        {
            output.Fail(UnwrapError.TooDeep);
            return new ContentStage(part, output);
        }

        if (isCpim)
        {
            return new CpimStage(output, depth + 1);
        }

        if (Boundary.TryGet(part.ContentType, out _) == MultipartError.None)
        {
            return new MultipartStage(part.ContentType, output, depth);
        }

        if (depth == 0)
        {
            output.Fail(UnwrapError.BadBoundary);
        }

        return new ContentStage(part, output);
    }
}
