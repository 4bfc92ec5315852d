namespace ImageShare.Core.Sharing;

/// <summary>
/// Which dialect of the service this side writes. What it reads does not depend on it: every profile accepts all of them.
/// Take one of the named profiles, or change one with a <c>with</c> expression.
/// </summary>
public sealed record ImageShareProfile
{
    private ImageShareProfile(string name) => Name = name;

    /// <summary>The profile's name, as the command line knows it.</summary>
    public string Name { get; }

    /// <summary>Which feature tags announce the service (RFC 3840, IR.79 §3.2).</summary>
    public FeatureTagForms FeatureTags { get; init; } = FeatureTagForms.IariRef | FeatureTagForms.AppRef;

    /// <summary>Whether <c>+g.3gpp.cs-voice</c> goes with the service tag, as networks with a circuit-switched call want it.</summary>
    public bool CsVoice { get; init; }

    /// <summary>
    /// Whether the service identifier of multimedia telephony goes with the service tag, as networks with a packet-switched call want it
    /// (IR.79 §3.2). Default false: RCS wants no such identifier here.
    /// </summary>
    public bool PsVoice { get; init; }

    /// <summary>The IARI as it stands in the feature tag, percent-encoded.</summary>
    public string Iari { get; init; } = CanonicalIari;

    /// <summary>How an icon travels beside the offer, if it may.</summary>
    public IconForm Icon { get; init; } = IconForm.RelatedBase64;

    /// <summary>Octets per MSRP chunk; null sends the image in one interruptible SEND (IR.79 §3.5). Default 2048.</summary>
    public int? ChunkSize { get; init; } = 2048;

    /// <summary>How dates are written in <c>a=file-date</c>.</summary>
    public DateForm Dates { get; init; } = DateForm.Rfc5322;

    /// <summary>What <c>a=setup</c> says in an offer (RFC 6135).</summary>
    public SetupForm Setup { get; init; } = SetupForm.ActPass;

    /// <summary>Whether the offer names the file's disposition, <c>a=file-disposition:render</c>.</summary>
    public bool Disposition { get; init; } = true;

    /// <summary>
    /// Whether the offer names the image's SHA-256 beside its SHA-1, which RFC 5547 §6 asks for; who knows both checks the stronger one. Default false: peers from
    /// before expect one hash.
    /// </summary>
    public bool Sha256 { get; init; }

    /// <summary>
    /// Whether the MSRP message says name, size and dates of the image again in Content-Disposition (RFC 5547 §8.7). Default false: the offer has said it, and
    /// old peers expect no more headers than they know.
    /// </summary>
    public bool ContentDisposition { get; init; }

    /// <summary>Whether the attributes go in the order, and with the fixed values, of the Mercuro client.</summary>
    internal bool IsMercuroLayout { get; init; }

    /// <summary>RCS Release 2 and later: both the new and the old feature tag, icon in multipart/related. The default.</summary>
    public static ImageShareProfile Rcs2 { get; } = new("Rcs2");

    /// <summary>IR.79 v1.2 to the letter: the old tag, one SDP body, one SEND, no icon, no dates.</summary>
    public static ImageShareProfile Ir79 { get; } = new("Ir79")
    {
        FeatureTags = FeatureTagForms.AppRef,
        Icon = IconForm.None,
        ChunkSize = null,
        Dates = DateForm.None,
        Disposition = false,
    };

    /// <summary>RCS-e / joyn peers: the new tag with <c>+g.3gpp.cs-voice</c>, icon in multipart/mixed, 10,240-octet chunks, always active.</summary>
    public static ImageShareProfile RcsE { get; } = new("RcsE")
    {
        FeatureTags = FeatureTagForms.IariRef,
        CsVoice = true,
        Icon = IconForm.MixedBase64,
        ChunkSize = 10240,
        Dates = DateForm.None,
        Setup = SetupForm.Active,
    };

    /// <summary>The Mercuro IMS Client's own dialect of 2009.</summary>
    public static ImageShareProfile Mercuro { get; } = new("Mercuro")
    {
        FeatureTags = FeatureTagForms.EscapedAppRef,
        Iari = "urn%3Aurnxxx%3A3gpp-application.ims.iari.gsmais",
        Dates = DateForm.Iso8601Unquoted,
        Setup = SetupForm.None,
        IsMercuroLayout = true,
    };

    /// <summary>Plain RFC 5547 file transfer: no service tag needed, binary icon, large interruptible chunks, SHA-256 beside SHA-1.</summary>
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

    /// <summary>Finds a named profile, case ignored; null when there is none of that name.</summary>
    public static ImageShareProfile? Find(string name) =>
        All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public override string ToString() => Name;
}
