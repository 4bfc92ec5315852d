using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;

namespace ImageShare.Cli.Inspection;

/// <summary>Session descriptions.</summary>
internal static class SdpInspector
{
    public static Finding Inspect(ReadOnlyMemory<byte> bytes, long offset)
    {
        if (!SessionDescription.TryParse(bytes.Span, SdpLimits.Default, out SessionDescription? description, out SdpReadError error))
        {
            return new Finding { Kind = "sdp", Error = error.Code.ToString(), Offset = offset + error.Offset };
        }

        var finding = new Finding
        {
            Kind = "sdp",
            Start = "v=0",
            Offset = offset,
            BodyLength = bytes.Length,
            Warnings = [.. description.Warnings.Select(w => new FoundWarning(w.Code.ToString(), offset + w.Offset, w.Clause))],
        };
        finding.Fields.Add(("origin", description.Origin.ToString()));
        foreach (MediaDescription media in description.Media)
        {
            Describe(description, media, finding.Fields);
        }

        return finding;
    }

    private static void Describe(SessionDescription description, MediaDescription media, List<(string, string)> fields)
    {
        fields.Add(("media", $"{media.Media} {media.Port} {media.Protocol} {string.Join(' ', media.Formats)}"));
        fields.Add(("  address", description.GetConnection(media)?.Address ?? "none"));
        fields.Add(("  direction", description.GetDirection(media).ToAttributeName()));
        Add(fields, "  path", media.Path is { } path ? string.Join(' ', path) : null);
        Add(fields, "  setup", description.GetSetup(media)?.ToAttributeValue());
        Add(fields, "  accepts", media.AcceptTypes?.ToString());
        Add(fields, "  accepts inside", media.AcceptWrappedTypes?.ToString());
        Add(fields, "  at most", media.MaxSize?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (media.FileSelector is { } selector)
        {
            Add(fields, "  file name", selector.Name);
            Add(fields, "  file type", selector.Type?.ToString());
            Add(fields, "  file size", selector.Size?.ToString(System.Globalization.CultureInfo.InvariantCulture));
            foreach (var hash in selector.Hashes)
            {
                Add(fields, "  file hash", hash.ToString());
            }
        }
        else if (media.HasBareFileSelector)
        {
            Add(fields, "  file", "none: a capability");
        }

        Add(fields, "  transfer id", media.FileTransferId?.ToString());
        Add(fields, "  disposition", media.FileDisposition?.ToString());
        Add(fields, "  dates", media.FileDate?.ToString());
        Add(fields, "  icon", media.FileIcon);
        Add(fields, "  range", media.FileRange?.ToString());
    }

    private static void Add(List<(string, string)> fields, string name, string? value)
    {
        if (value is not null)
        {
            fields.Add((name, value));
        }
    }
}
