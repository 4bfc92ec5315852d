using System.Collections.Immutable;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>Finds deviations from the specifications that are known from real peers, while a description is read.</summary>
internal static class SdpReview
{
    /// <summary>Reviews a single attribute.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="line">The text after <c>a=</c>.</param>
    /// <param name="offset">The offset of the line.</param>
    /// <param name="section">The section of the attribute. Media other than MSRP are not reviewed.</param>
    /// <param name="warnings">The warnings so far.</param>
    public static void LookAt(in SdpAttribute attribute, ReadOnlySpan<byte> line, int offset, SdpSection section, ref SdpWarnings warnings)
    {
        if (section.Line is { IsMsrp: false })
        {
            return;
        }

        AttributeMeaning? known = AttributeMeaning.Find(attribute.Name);
        if (known is null)
        {
            warnings.Add(SdpWarningCode.UnknownAttribute, offset);
        }
        else if (section.Line is not null && known.HasMeaning)
        {
            LookAtMeaning(attribute, known, line, offset, ref warnings);
        }
    }

    /// <summary>Reviews an MSRP section as a whole.</summary>
    public static void LookAtWhole(MediaDescription media, ImmutableArray<SdpAttribute> session, SdpSection section, ref SdpWarnings warnings)
    {
        if (!media.IsMsrp)
        {
            return;
        }

        LookAtPath(media, section, ref warnings);
        LookAtFile(media, session, section, ref warnings);
        LookAtTypes(media, section, ref warnings);
        if (media.Port != 0 && (media.Setup ?? (MediaDescription.Find(session, SdpAttributes.SetupName)?.Meaning as SetupRole?)) is null)
        {
            warnings.Add(SdpWarningCode.NoSetup, section.Offset);
        }

        if (media.Port != 0 && media.MaxSize is null)
        {
            warnings.Add(SdpWarningCode.NoMaxSize, section.Offset);
        }
    }

    private static void LookAtPath(MediaDescription media, SdpSection section, ref SdpWarnings warnings)
    {
        if (media.Port != 0 && media.Find(SdpAttributes.AcceptTypesName) is null)
        {
            warnings.Add(SdpWarningCode.NoAcceptTypes, section.Offset);
        }

        if (media.Port != 0 && media.Find(SdpAttributes.PathName) is null)
        {
            warnings.Add(SdpWarningCode.NoPath, section.Offset);
        }

        bool isSecure = media.Protocol.Contains("TLS", StringComparison.OrdinalIgnoreCase);
        bool isBare = false, isMismatched = false;
        IReadOnlyList<string>? path = media.Path;
        for (int i = 0; i < path?.Count; i++)
        {
            string uri = path[i];
            isBare |= !uri.Contains(';', StringComparison.Ordinal);
            isMismatched |= uri.StartsWith("msrps:", StringComparison.OrdinalIgnoreCase) != isSecure;
        }

        if (isBare)
        {
            warnings.Add(SdpWarningCode.PathWithoutTransport, section.Offsets.Path);
        }

        if (isMismatched)
        {
            warnings.Add(SdpWarningCode.PathSchemeMismatch, section.Offsets.Path);
        }
    }

    private static void LookAtTypes(MediaDescription media, SdpSection section, ref SdpWarnings warnings)
    {
        if (media.AcceptTypes is not { } types)
        {
            return;
        }

        foreach (MediaType entry in types.Entries)
        {
            if (entry.Is("message", "cpim"))
            {
                warnings.Add(SdpWarningCode.BeyondImageShare, section.Offsets.AcceptTypes);
                break;
            }
        }

        if (media.FileSelector?.Type is { } type && !types.Matches(type))
        {
            warnings.Add(SdpWarningCode.FileTypeNotAccepted, section.Offsets.AcceptTypes);
        }
    }

    private static void LookAtFile(MediaDescription media, ImmutableArray<SdpAttribute> session, SdpSection section, ref SdpWarnings warnings)
    {
        int selectors = 0, directions = 0;
        foreach (ref readonly SdpAttribute attribute in media.Attributes.AsSpan())
        {
            selectors += attribute.Is(SdpAttributes.FileSelectorName) ? 1 : 0;
            directions += SdpAttributeOffsets.IsDirection(attribute) ? 1 : 0;
        }

        if (directions > 1)
        {
            warnings.Add(SdpWarningCode.TwoDirections, section.Offsets.SecondDirection);
        }

        if (selectors > 1)
        {
            warnings.Add(SdpWarningCode.RepeatedFileSelector, section.Offsets.SecondSelector);
        }

        if (media.Port == 0 || media.FileSelector is not { } selector)
        {
            return;
        }

        if (media.Find(SdpAttributes.FileTransferIdName) is null)
        {
            warnings.Add(SdpWarningCode.SelectorWithoutTransferId, section.Offsets.Selector);
        }

        if (directions == 0 && !session.Any(static attribute => SdpAttributeOffsets.IsDirection(attribute)))
        {
            warnings.Add(SdpWarningCode.SelectorWithoutDirection, section.Offsets.Selector);
        }

        if (selector.Size is { } size && media.FileRange is { } range && (range.Start > size || range.End > size))
        {
            warnings.Add(SdpWarningCode.FileRangePastSize, section.Offsets.FileRange);
        }
    }

    private static void LookAtMeaning(in SdpAttribute attribute, AttributeMeaning known, ReadOnlySpan<byte> line, int offset, ref SdpWarnings warnings)
    {
        object? meaning = attribute.Meaning;
        if (meaning is FileSelector selector)
        {
            LookAtSelector(selector, offset, ref warnings);
            return;
        }

        bool isReadable = (meaning is not null && !ReferenceEquals(meaning, AttributeMeaning.Unreadable))
            || (known.Name is SdpAttributes.FileSelectorName && string.IsNullOrWhiteSpace(attribute.Value));
        SdpWarningCode? code = !isReadable ? SdpWarningCode.UnreadableAttribute : known.Name switch
        {
            SdpAttributes.FileDateName when !FileDate.IsWellSpelt(line[(known.Name.Length + 1)..]) => SdpWarningCode.FileDateSpelling,
            SdpAttributes.FileIconName => SdpWarningCode.BeyondImageShare,
            SdpAttributes.PathName when meaning is IReadOnlyList<string> path && RandomBits(path[^1]) < 80 => SdpWarningCode.ShortPathSessionId,
            _ => null,
        };
        if (code is { } found)
        {
            warnings.Add(found, offset);
        }
    }

    private static void LookAtSelector(FileSelector selector, int offset, ref SdpWarnings warnings)
    {
        foreach (FileHash hash in selector.Hashes)
        {
            if (hash.KnownName is null)
            {
                warnings.Add(SdpWarningCode.UnusableHash, offset);
            }
        }

        if (!selector.OtherSelectors.IsEmpty)
        {
            warnings.Add(SdpWarningCode.UnknownFileSelector, offset);
        }
    }

    // An upper bound for the randomness of an MSRP session id, estimated from its length and character classes.
    private static double RandomBits(string uri)
    {
        int authority = uri.IndexOf("://", StringComparison.Ordinal);
        int slash = authority < 0 ? -1 : uri.IndexOf('/', authority + 3);
        if (slash < 0)
        {
            return 0;
        }

        ReadOnlySpan<char> id = uri.AsSpan(slash + 1);
        int end = id.IndexOf(';');
        id = end < 0 ? id : id[..end];
        bool digits = false, lower = false, upper = false, others = false;
        foreach (char c in id)
        {
            digits |= char.IsAsciiDigit(c);
            lower |= char.IsAsciiLetterLower(c);
            upper |= char.IsAsciiLetterUpper(c);
            others |= !char.IsAsciiLetterOrDigit(c);
        }

        int alphabet = (digits ? 10 : 0) + (lower ? 26 : 0) + (upper ? 26 : 0) + (others ? 2 : 0);
        return alphabet < 2 ? 0 : id.Length * Math.Log2(alphabet);
    }
}
