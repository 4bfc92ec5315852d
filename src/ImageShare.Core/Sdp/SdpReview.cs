using System.Collections.Frozen;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>Looks over a description that was read and notes what peers are known to do in ways the rules do not ask for.</summary>
internal static class SdpReview
{
    private static readonly FrozenSet<string> KnownAttributes = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        SdpAttributes.AcceptTypesName, SdpAttributes.AcceptWrappedTypesName, SdpAttributes.PathName, SdpAttributes.MaxSizeName,
        SdpAttributes.SetupName, SdpAttributes.FileSelectorName, SdpAttributes.FileTransferIdName, SdpAttributes.FileDispositionName,
        SdpAttributes.FileDateName, SdpAttributes.FileIconName, SdpAttributes.FileRangeName,
        "sendonly", "recvonly", "sendrecv", "inactive", "connection", SdpAttributes.FingerprintName, SdpAttributes.MsrpCemaName, "tool", "charset", "lang", "sdplang");

    public static void Look(SessionDescription session, SdpSection sessionPart, List<SdpSection> sections, List<SdpWarning> warnings)
    {
        LookAtNames(sessionPart, warnings);
        for (int i = 0; i < sections.Count; i++)
        {
            if (session.Media[i].IsMsrp)
            {
                LookAtNames(sections[i], warnings);
                LookAtValues(session.Media[i], sections[i], warnings);
                LookAtWhole(session, session.Media[i], sections[i], warnings);
            }
        }
    }

    private static void LookAtNames(SdpSection section, List<SdpWarning> warnings)
    {
        for (int i = 0; i < section.Attributes.Count; i++)
        {
            if (!KnownAttributes.Contains(section.Attributes[i].Name))
            {
                warnings.Add(new SdpWarning(SdpWarningCode.UnknownAttribute, section.AttributeOffset(i)));
            }
        }
    }

    private static void LookAtValues(MediaDescription media, SdpSection section, List<SdpWarning> warnings)
    {
        for (int i = 0; i < section.Attributes.Count; i++)
        {
            SdpAttribute attribute = section.Attributes[i];
            int offset = section.AttributeOffset(i);
            if (!IsReadable(attribute))
            {
                warnings.Add(new SdpWarning(SdpWarningCode.UnreadableAttribute, offset));
            }
            else if (attribute.Is(SdpAttributes.FileDateName) && FileDate.TryParse(attribute.Octets, out _, out bool isWellSpelt) && !isWellSpelt)
            {
                warnings.Add(new SdpWarning(SdpWarningCode.FileDateSpelling, offset));
            }
            else if (attribute.Is(SdpAttributes.FileIconName))
            {
                warnings.Add(new SdpWarning(SdpWarningCode.BeyondImageShare, offset));
            }
            else if (attribute.Is(SdpAttributes.PathName) && media.Path is [.., var last] && RandomBits(last) < 80)
            {
                warnings.Add(new SdpWarning(SdpWarningCode.ShortPathSessionId, offset));
            }
            else if (attribute.Is(SdpAttributes.FileSelectorName) && media.FileSelector is { } selector)
            {
                LookAtSelector(selector, offset, warnings);
            }
            else if (attribute.Is(SdpAttributes.AcceptTypesName) && media.AcceptTypes is { } types)
            {
                LookAtTypes(types, media, offset, warnings);
            }
        }
    }

    private static void LookAtSelector(FileSelector selector, int offset, List<SdpWarning> warnings)
    {
        foreach (FileHash hash in selector.Hashes)
        {
            if (hash.KnownName is null)
            {
                warnings.Add(new SdpWarning(SdpWarningCode.UnusableHash, offset));
            }
        }

        if (!selector.OtherSelectors.IsEmpty)
        {
            warnings.Add(new SdpWarning(SdpWarningCode.UnknownFileSelector, offset));
        }
    }

    private static void LookAtTypes(AcceptedTypes types, MediaDescription media, int offset, List<SdpWarning> warnings)
    {
        foreach (MediaType entry in types.Entries)
        {
            if (entry.Is("message", "cpim"))
            {
                warnings.Add(new SdpWarning(SdpWarningCode.BeyondImageShare, offset));
                break;
            }
        }

        if (media.FileSelector?.Type is { } type && !types.Matches(type))
        {
            warnings.Add(new SdpWarning(SdpWarningCode.FileTypeNotAccepted, offset));
        }
    }

    private static void LookAtWhole(SessionDescription session, MediaDescription media, SdpSection section, List<SdpWarning> warnings)
    {
        if (media.Port != 0 && session.GetSetup(media) is null)
        {
            warnings.Add(new SdpWarning(SdpWarningCode.NoSetup, section.Offset));
        }

        if (media.Port != 0 && media.MaxSize is null)
        {
            warnings.Add(new SdpWarning(SdpWarningCode.NoMaxSize, section.Offset));
        }
    }

    private static bool IsReadable(SdpAttribute attribute)
    {
        var alone = new MediaDescription { Attributes = [attribute] };
        return attribute.Name.ToUpperInvariant() switch
        {
            "ACCEPT-TYPES" => alone.AcceptTypes is not null,
            "ACCEPT-WRAPPED-TYPES" => alone.AcceptWrappedTypes is not null,
            "PATH" => alone.Path is not null,
            "MAX-SIZE" => alone.MaxSize is not null,
            "SETUP" => alone.Setup is not null,
            "FINGERPRINT" => Fingerprint.TryParse(attribute.Octets, out _),
            "FILE-SELECTOR" => alone.FileSelector is not null || alone.HasBareFileSelector,
            "FILE-TRANSFER-ID" => alone.FileTransferId is not null,
            "FILE-DISPOSITION" => alone.FileDisposition is not null,
            "FILE-DATE" => alone.FileDate is not null,
            "FILE-ICON" => alone.FileIcon is not null,
            "FILE-RANGE" => alone.FileRange is not null,
            _ => true,
        };
    }

    // How much chance the session id of an MSRP URI can hold at most, judged by its length and the kinds of characters in it.
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
