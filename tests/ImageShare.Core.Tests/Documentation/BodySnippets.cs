using ImageShare.Core.Bodies;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The code on docs/bodies.md.</summary>
internal static class BodySnippets
{
    public static (BodyPart? Description, BodyPart? Icon) Read(ReadOnlyMemory<byte> bytes)
    {
        // snippet: Read
        MediaType type = MediaType.Parse("multipart/related;type=\"application/sdp\";boundary=\"b1\"");
        MultipartReadResult result = MultipartCodec.Read(type, bytes, MultipartLimits.Default);
        if (!result.IsSuccess)
        {
            throw new FormatException($"{result.Error} at {result.Offset}");
        }

        BodyPart? description = result.Body.FindSessionDescription();
        BodyPart? icon = result.Body.Resolve("cid:icon1@example.com");
        // end
        return (description, icon);
    }
}
