using System.Collections.Immutable;
using System.Collections.ObjectModel;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>Finds deviations from the specifications that are known from real peers, while a description is read.</summary>
internal static class SdpReview
{
    private const byte Digits = 1;
    private const byte LowerCase = 2;
    private const byte UpperCase = 4;
    private const byte OtherAlphabet = 8;

    private static readonly byte[] AlphabetsOf = [.. Enumerable.Range(0, 128).Select(static c =>
        char.IsAsciiDigit((char)c) ? Digits : char.IsAsciiLetterLower((char)c) ? LowerCase : char.IsAsciiLetterUpper((char)c) ? UpperCase : OtherAlphabet)];

    // The random bits of a character, by the size of its alphabet.
    private static readonly double[] BitsOf = [0, 0, .. Enumerable.Range(2, 63).Select(static size => Math.Log2(size))];

    /// <summary>Reviews a single attribute.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="known">What is known of it.</param>
    /// <param name="line">The text after <c>a=</c>.</param>
    /// <param name="offset">The offset of the line.</param>
    /// <param name="section">The section of the attribute. Media other than MSRP are not reviewed.</param>
    /// <param name="warnings">The warnings so far.</param>
    public static void LookAt(
        in SdpAttribute attribute, AttributeMeaning? known, ReadOnlySpan<byte> line, int offset, in SdpSection section, ref SdpWarnings warnings)
    {
        if (section.IsMedia && !section.IsMsrp)
        {
            return;
        }

        if (known is null)
        {
            warnings.Add(SdpWarningCode.UnknownAttribute, offset);
        }
        else if (section.IsMedia && known.HasMeaning)
        {
            LookAtMeaning(attribute, known, line, offset, ref warnings);
        }
    }

    /// <summary>Reviews an MSRP section as a whole.</summary>
    /// <param name="media">The section.</param>
    /// <param name="section">The same while it was read.</param>
    /// <param name="session">Where the attributes of the session part are.</param>
    /// <param name="sessionAttributes">The attributes of the session part.</param>
    /// <param name="warnings">The warnings so far.</param>
    public static void LookAtWhole(
        MediaDescription media, in SdpSection section, in AttributePlaces session, ImmutableArray<SdpAttribute> sessionAttributes, ref SdpWarnings warnings)
    {
        if (!section.IsMsrp)
        {
            return;
        }

        ReadOnlySpan<SdpAttribute> attributes = media.Attributes.AsSpan();
        ref readonly AttributePlaces places = ref section.Places;
        LookAtPath(media, places, section.Offset, ref warnings);
        LookAtFile(media, places, session.Directions > 0, ref warnings);
        LookAtTypes(media, places, ref warnings);
        if (media.Port != 0 && places.MeaningOf(AttributeKind.Setup, attributes) is not SetupRole
            && session.MeaningOf(AttributeKind.Setup, sessionAttributes.AsSpan()) is not SetupRole)
        {
            warnings.Add(SdpWarningCode.NoSetup, section.Offset);
        }

        if (media.Port != 0 && places.MeaningOf(AttributeKind.MaxSize, attributes) is not long)
        {
            warnings.Add(SdpWarningCode.NoMaxSize, section.Offset);
        }
    }

    private static void LookAtPath(MediaDescription media, in AttributePlaces places, int offset, ref SdpWarnings warnings)
    {
        if (media.Port != 0 && !places.Has(AttributeKind.AcceptTypes))
        {
            warnings.Add(SdpWarningCode.NoAcceptTypes, offset);
        }

        if (media.Port != 0 && !places.Has(AttributeKind.Path))
        {
            warnings.Add(SdpWarningCode.NoPath, offset);
        }

        if (places.MeaningOf(AttributeKind.Path, media.Attributes.AsSpan()) is not ReadOnlyCollection<string> path)
        {
            return;
        }

        bool isSecure = media.IsMsrpOverTls;
        bool isBare = false, isMismatched = false;
        for (int i = 0; i < path.Count; i++)
        {
            string uri = path[i];
            isBare |= !uri.Contains(';', StringComparison.Ordinal);
            isMismatched |= uri.StartsWith("msrps:", StringComparison.OrdinalIgnoreCase) != isSecure;
        }

        if (isBare)
        {
            warnings.Add(SdpWarningCode.PathWithoutTransport, places.OffsetOf(AttributeKind.Path));
        }

        if (isMismatched)
        {
            warnings.Add(SdpWarningCode.PathSchemeMismatch, places.OffsetOf(AttributeKind.Path));
        }
    }

    private static void LookAtTypes(MediaDescription media, in AttributePlaces places, ref SdpWarnings warnings)
    {
        ReadOnlySpan<SdpAttribute> attributes = media.Attributes.AsSpan();
        if (places.MeaningOf(AttributeKind.AcceptTypes, attributes) is not AcceptedTypes types)
        {
            return;
        }

        foreach (MediaType entry in types.Entries)
        {
            if (entry.Is("message", "cpim"))
            {
                warnings.Add(SdpWarningCode.BeyondImageShare, places.OffsetOf(AttributeKind.AcceptTypes));
                break;
            }
        }

        if (places.MeaningOf(AttributeKind.FileSelector, attributes) is FileSelector { Type: { } type } && !types.Matches(type))
        {
            warnings.Add(SdpWarningCode.FileTypeNotAccepted, places.OffsetOf(AttributeKind.AcceptTypes));
        }
    }

    private static void LookAtFile(MediaDescription media, in AttributePlaces places, bool sessionHasDirection, ref SdpWarnings warnings)
    {
        if (places.Directions > 1)
        {
            warnings.Add(SdpWarningCode.TwoDirections, places.SecondDirection);
        }

        if (places.Selectors > 1)
        {
            warnings.Add(SdpWarningCode.RepeatedFileSelector, places.SecondSelector);
        }

        ReadOnlySpan<SdpAttribute> attributes = media.Attributes.AsSpan();
        if (media.Port == 0 || places.MeaningOf(AttributeKind.FileSelector, attributes) is not FileSelector selector)
        {
            return;
        }

        int offset = places.OffsetOf(AttributeKind.FileSelector);
        if (!places.Has(AttributeKind.FileTransferId))
        {
            warnings.Add(SdpWarningCode.SelectorWithoutTransferId, offset);
        }

        if (places.Directions == 0 && !sessionHasDirection)
        {
            warnings.Add(SdpWarningCode.SelectorWithoutDirection, offset);
        }

        if (selector.Size is { } size && places.MeaningOf(AttributeKind.FileRange, attributes) is FileRange range && (range.Start > size || range.End > size))
        {
            warnings.Add(SdpWarningCode.FileRangePastSize, places.OffsetOf(AttributeKind.FileRange));
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
            || (known.Kind == AttributeKind.FileSelector && string.IsNullOrWhiteSpace(attribute.Value));
        SdpWarningCode? code = !isReadable ? SdpWarningCode.UnreadableAttribute : known.Kind switch
        {
            AttributeKind.FileDate when !FileDate.IsWellSpelt(line[(known.Name.Length + 1)..]) => SdpWarningCode.FileDateSpelling,
            AttributeKind.FileIcon => SdpWarningCode.BeyondImageShare,
            AttributeKind.Path when meaning is ReadOnlyCollection<string> path && RandomBits(path[^1]) < 80 => SdpWarningCode.ShortPathSessionId,
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
        int alphabets = 0;
        foreach (char c in id)
        {
            alphabets |= c < AlphabetsOf.Length ? AlphabetsOf[c] : OtherAlphabet;
        }

        int size = ((alphabets & Digits) != 0 ? 10 : 0) + ((alphabets & LowerCase) != 0 ? 26 : 0) + ((alphabets & UpperCase) != 0 ? 26 : 0)
            + ((alphabets & OtherAlphabet) != 0 ? 2 : 0);
        return id.Length * BitsOf[size];
    }
}
