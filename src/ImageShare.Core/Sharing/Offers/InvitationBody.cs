using System.Buffers;
using System.Text;
using ImageShare.Core.Bodies;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>The body of an INVITE: the offer, possibly in a multipart with its icons (RFC 5547 §8.8).</summary>
internal sealed record InvitationBody(MediaType Type, ReadOnlyMemory<byte> Bytes)
{
    private static readonly HashSet<string> KnownPurposes = new(["session", "render", "icon", "attachment", "inline"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The body types this side supports in an INVITE, for Accept.</summary>
    public const string Accepted = "application/sdp, multipart/related, multipart/mixed, multipart/alternative";

    /// <summary>The supported encodings, for Accept-Encoding: nothing is ever decompressed.</summary>
    public const string AcceptedEncoding = "identity";

    /// <summary>The supported language, for Accept-Language.</summary>
    public const string AcceptedLanguage = "en";

    /// <summary>Writes the offer, followed by its icons if any: a cid reference must precede the part it refers to (RFC 5621 §9.2).</summary>
    public static InvitationBody Write(SessionDescription offer, IReadOnlyList<OfferIcon> icons, IconForm form, int maxIconSize)
    {
        if (icons.Count == 0)
        {
            return new InvitationBody(MediaType.Sdp, offer.ToArray());
        }

        TransferEncoding encoding = form is IconForm.RelatedBinary ? TransferEncoding.Binary : TransferEncoding.Base64;
        MultipartBody body = OfferBody.WithIcons(
            offer.ToArray(),
            [.. icons.Select(icon => icon with { TransferEncoding = encoding })],
            form is IconForm.MixedBase64 ? "mixed" : "related",
            maxIconSize);
        var output = new ArrayBufferWriter<byte>();
        MultipartCodec.Write(body, output);
        return new InvitationBody(body.ContentType, output.WrittenMemory);
    }

    /// <summary>Reads the offer and the other parts of an INVITE.</summary>
    public static InvitationBodyReading Read(SipRequest request)
    {
        if (request.Body.IsEmpty)
        {
            return InvitationBodyReading.Refuse(488, "Offer Required");
        }

        InvitationBodyReading reading = ReadBody(request);

        // An optional body (handling=optional) is ignored rather than refused, but then there is no offer (RFC 3261 §8.2.3).
        return reading.Status == 415 && IsOptional(request) ? InvitationBodyReading.Refuse(488, "Offer Required") : reading;
    }

    private static InvitationBodyReading ReadBody(SipRequest request)
    {
        if (!Listed(request, "Content-Encoding").All(static e => e.Equals(AcceptedEncoding, StringComparison.OrdinalIgnoreCase)))
        {
            return InvitationBodyReading.Refuse(415, "Content Encoding Not Supported");
        }

        string[] languages = Listed(request, "Content-Language");
        if (languages.Length > 0 && !languages.Any(static l => l.Split('-')[0].Equals(AcceptedLanguage, StringComparison.OrdinalIgnoreCase)))
        {
            return InvitationBodyReading.Refuse(415, "Content Language Not Supported");
        }

        List<string> warnings = [];
        MediaType? type = request.Headers.ContentType;
        if (type is null && request.Body.Span.StartsWith("v=0"u8))
        {
            warnings.Add("BodyWithoutContentType");
            type = MediaType.Sdp;
        }

        if (type?.IsSdp == true)
        {
            return ReadOffer(request.Body, null, warnings);
        }

        if (type?.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) != true)
        {
            return InvitationBodyReading.Refuse(type is null ? 400 : 415, type is null ? "Missing Content-Type" : "Unsupported Media Type");
        }

        MultipartReadResult result = MultipartCodec.Read(type, request.Body);
        if (!result.IsSuccess)
        {
            return IsTooMuch(result.Error)
                ? InvitationBodyReading.Refuse(413, FormattableString.Invariant($"Multipart Too Large ({result.Error})"))
                : InvitationBodyReading.Refuse(400, FormattableString.Invariant($"Malformed Multipart ({result.Error} at {result.Offset})"));
        }

        warnings.AddRange(result.Warnings.Select(w => w.Code.ToString()));
        if (result.Body.FindSessionDescription() is not { } part)
        {
            return InvitationBodyReading.Refuse(415, "No Session Description");
        }

        InvitationBodyReading reading = ReadOffer(part.Content, result.Body, warnings);
        return reading.Offer is { } offer && HasUnknownPurpose(result.Body, offer)
            ? InvitationBodyReading.Refuse(415, "Unknown Body Part Required")
            : reading;
    }

    // The meaning of a referenced part comes from the reference (RFC 5621 §9.3). A part with an unknown disposition is refused unless it is
    // optional. A part without a disposition is ignored: peers add texts no one needs.
    private static bool HasUnknownPurpose(MultipartBody body, SessionDescription offer)
    {
        BodyPart?[] referred = [.. offer.Media.Select(m => m.FileIcon is { } url ? body.Resolve(url) : null)];
        return body.FindRequiredButUnknown(p => p.Disposition is null || referred.Contains(p) || KnownPurposes.Contains(p.EffectiveDisposition)) is not null;
    }

    // Perhaps well-formed, but beyond the limits (RFC 3261 §21.4.11).
    private static bool IsTooMuch(MultipartError error) =>
        error is MultipartError.TooManyParts or MultipartError.TooDeep or MultipartError.HeadersTooLarge or MultipartError.ContentTooLarge;

    private static bool IsTooMuch(SdpReadErrorCode error) =>
        error is SdpReadErrorCode.TooManyLines or SdpReadErrorCode.LineTooLong or SdpReadErrorCode.TooManyMedia or SdpReadErrorCode.TooManyAttributes or SdpReadErrorCode.TooManyFormats;

    private static string[] Listed(SipRequest request, string header) =>
        [.. request.Headers.GetStrings(header).SelectMany(static row => row.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static bool IsOptional(SipRequest request) =>
        request.Headers.GetString(SipHeaderNames.ContentDisposition) is { } stated
        && ContentDisposition.TryParse(Encoding.UTF8.GetBytes(stated), out ContentDisposition? disposition)
        && !disposition.IsRequired;

    private static InvitationBodyReading ReadOffer(ReadOnlyMemory<byte> bytes, MultipartBody? around, List<string> warnings)
    {
        if (!SessionDescription.TryParse(bytes, out SessionDescription? offer, out SdpReadError error))
        {
            return IsTooMuch(error.Code)
                ? InvitationBodyReading.Refuse(413, FormattableString.Invariant($"SDP Too Large ({error.Code})"))
                : InvitationBodyReading.Refuse(400, FormattableString.Invariant($"Malformed SDP ({error.Code} at {error.Offset})"));
        }

        warnings.AddRange(offer.Warnings.Select(w => w.Code.ToString()));
        return new InvitationBodyReading(offer, around, warnings, 200, string.Empty) { Bytes = bytes };
    }
}

/// <summary>The content of an INVITE's body, or the status and reason phrase to refuse it with.</summary>
internal sealed record InvitationBodyReading(SessionDescription? Offer, MultipartBody? Around, IReadOnlyList<string> Warnings, int Status, string Reason)
{
    /// <summary>The bytes of the offer as received.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    public static InvitationBodyReading Refuse(int status, string reason) => new(null, null, [], status, reason);

    /// <summary>Finds the icon of an image in the offer (RFC 5547 §8.8). A faulty icon is dropped; the offer stays valid.</summary>
    /// <returns>The icon, or null; and the fault of the referenced icon, or null.</returns>
    public (ImageIcon? Icon, string? Fault) FindIcon(MediaDescription media, int maxSize)
    {
        if (media.FileIcon is not { } url)
        {
            return (null, null);
        }

        BodyPart? part = Around?.Resolve(url);
        string? fault = part switch
        {
            null => "IconNotFound",
            { IsDamaged: true } => "IconDamaged",
            { ContentType: var type } when !type.Type.Equals("image", StringComparison.OrdinalIgnoreCase) => "IconIsNoImage",
            { Content.Length: var length } when length > maxSize => "IconTooLarge",
            { Content.Length: 0 } => "IconEmpty",
            _ => null,
        };
        return fault is null ? (new ImageIcon(part!.ContentType, part.Content), null) : (null, fault);
    }
}
