using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text.Conversion;

namespace ImageShare.Core.Sharing;

/// <summary>
/// A protocol profile: how this side writes its messages. Reading does not depend on it; every variant is always accepted. Use one of the
/// named profiles, or modify one with a <c>with</c> expression. A configuration binder finds it by its name.
/// </summary>
[TypeConverter(typeof(TextConverter<ImageShareProfile>))]
public sealed record ImageShareProfile : IParsable<ImageShareProfile>
{
    private ImageShareProfile(string name) => Name = name;

    /// <summary>The name of the profile, as used on the command line.</summary>
    public string Name { get; }

    /// <summary>The feature tags that announce the service (RFC 3840, IR.79 §3.2).</summary>
    public FeatureTagForms FeatureTags { get; init; } = FeatureTagForms.IariRef | FeatureTagForms.AppRef;

    /// <summary>Whether to add <c>+g.3gpp.cs-voice</c> to the service tag, as networks with circuit-switched calls require.</summary>
    public bool CsVoice { get; init; }

    /// <summary>
    /// Whether to add the service identifier of multimedia telephony to the service tag, as networks with packet-switched calls require
    /// (IR.79 §3.2). Default false, as in RCS.
    /// </summary>
    public bool PsVoice { get; init; }

    /// <summary>The IARI in the feature tag, percent-encoded.</summary>
    public string Iari { get; init; } = CanonicalIari;

    /// <summary>How an icon is sent with the offer, if at all.</summary>
    public IconForm Icon { get; init; } = IconForm.RelatedBase64;

    /// <summary>The MSRP chunk size in bytes; null sends the image in one interruptible SEND (IR.79 §3.5). Default 2048.</summary>
    public int? ChunkSize { get; init; } = 2048;

    /// <summary>The format of dates in <c>a=file-date</c>.</summary>
    public DateForm Dates { get; init; } = DateForm.Rfc5322;

    /// <summary>The value of <c>a=setup</c> in an offer (RFC 6135).</summary>
    public SetupForm Setup { get; init; } = SetupForm.ActPass;

    /// <summary>Whether the offer contains <c>a=file-disposition:render</c>.</summary>
    public bool Disposition { get; init; } = true;

    /// <summary>
    /// Whether the offer contains a SHA-256 in addition to the SHA-1 that RFC 5547 §6 requires; a receiver that supports both checks the
    /// stronger one. Default false: older peers expect a single hash.
    /// </summary>
    public bool Sha256 { get; init; }

    /// <summary>
    /// Whether the MSRP message repeats name, size and dates of the image in Content-Disposition (RFC 5547 §8.7). Default false: the offer
    /// contains them already, and older peers do not expect further headers.
    /// </summary>
    public bool ContentDisposition { get; init; }

    /// <summary>Whether to write the attributes in the order and with the fixed values of the Mercuro client.</summary>
    internal bool IsMercuroLayout { get; init; }

    /// <summary>RCS Release 2 and later: both the new and the old feature tag, and the icon in multipart/related. The default.</summary>
    public static ImageShareProfile Rcs2 { get; } = new("Rcs2");

    /// <summary>Strict IR.79 v1.2: the old feature tag, a plain SDP body, a single SEND, no icon and no dates.</summary>
    public static ImageShareProfile Ir79 { get; } = new("Ir79")
    {
        FeatureTags = FeatureTagForms.AppRef,
        Icon = IconForm.None,
        ChunkSize = null,
        Dates = DateForm.None,
        Disposition = false,
    };

    /// <summary>
    /// RCS-e / joyn: the new feature tag with <c>+g.3gpp.cs-voice</c>, the icon in multipart/mixed, 10,240-byte chunks, and always
    /// a=setup:active.
    /// </summary>
    public static ImageShareProfile RcsE { get; } = new("RcsE")
    {
        FeatureTags = FeatureTagForms.IariRef,
        CsVoice = true,
        Icon = IconForm.MixedBase64,
        ChunkSize = 10240,
        Dates = DateForm.None,
        Setup = SetupForm.Active,
    };

    /// <summary>The dialect of the Mercuro IMS Client of 2009.</summary>
    public static ImageShareProfile Mercuro { get; } = new("Mercuro")
    {
        FeatureTags = FeatureTagForms.EscapedAppRef,
        Iari = "urn%3Aurnxxx%3A3gpp-application.ims.iari.gsmais",
        Dates = DateForm.Iso8601Unquoted,
        Setup = SetupForm.None,
        IsMercuroLayout = true,
    };

    /// <summary>Plain RFC 5547 file transfer: no service tag, a binary icon, large interruptible chunks, and SHA-256 in addition to SHA-1.</summary>
    public static ImageShareProfile Rfc5547 { get; } = new("Rfc5547")
    {
        FeatureTags = FeatureTagForms.None,
        Icon = IconForm.RelatedBinary,
        ChunkSize = 64 * 1024,
        ContentDisposition = true,
        Sha256 = true,
    };

    /// <summary>All named profiles.</summary>
    public static IReadOnlyList<ImageShareProfile> All { get; } = [Rcs2, Ir79, RcsE, Mercuro, Rfc5547];

    private const string CanonicalIari = "urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is";

    /// <summary>Finds a named profile, ignoring case; null if there is none.</summary>
    public static ImageShareProfile? Find(string name) =>
        All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    static ImageShareProfile IParsable<ImageShareProfile>.Parse(string s, IFormatProvider? provider)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Find(s) ?? throw new FormatException($"'{s}' is not a profile: {string.Join(", ", All.Select(static p => p.Name))}.");
    }

    static bool IParsable<ImageShareProfile>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out ImageShareProfile result) =>
        (result = s is null ? null : Find(s)) is not null;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
