using System.Globalization;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Headers;

/// <summary>
/// The feature parameters of a Contact or an Accept-Contact (RFC 3840 §9): what a phone supports, or what a caller asks for.
/// Immutable. Reads every spelling of the Image Share tags that is known; <c>_</c>, <c>-</c>, <c>%5f</c> and <c>%5F</c> are the same.
/// </summary>
/// <param name="Parameters">The parameters; those that are not features are ignored.</param>
public readonly record struct FeatureTags(ParameterList Parameters)
{
    /// <summary>The registered tag for application identifiers (3GPP TS 24.229 §7.9.3).</summary>
    public const string IariRef = "+g.3gpp.iari-ref";

    /// <summary>The tag IR.79 itself writes for application identifiers.</summary>
    public const string AppRef = "+g.3gpp.app_ref";

    /// <summary><see cref="AppRef"/> as the first clients wrote it, because an underscore is not allowed in a tag (RFC 3840 §9).</summary>
    public const string AppRefEscaped = "+g.3gpp.app%5fref";

    /// <summary>The registered tag for service identifiers.</summary>
    public const string IcsiRef = "+g.3gpp.icsi-ref";

    /// <summary>The boolean tag for a voice call over the circuit-switched side (IR.79 §3.2).</summary>
    public const string CsVoice = "+g.3gpp.cs-voice";

    /// <summary>The boolean tag for OMA SIMPLE IM.</summary>
    public const string OmaIm = "+g.oma.sip-im";

    /// <summary>The features of a contact.</summary>
    public static FeatureTags FromContact(NameAddress contact)
    {
        ArgumentNullException.ThrowIfNull(contact);
        return new FeatureTags(contact.Parameters);
    }

    /// <summary>Whether the identifier of GSMA Image Share is among the application identifiers.</summary>
    public bool HasImageShare => Has(ServiceIdentifier.ImageShare);

    /// <summary>
    /// Whether there is any tag of a service (the trees of RFC 3840 §12.1, written with <c>+</c>). <c>+sip.instance</c> and similar tags describe the
    /// device and its registration, not a service.
    /// </summary>
    internal bool HasServiceTag =>
        Parameters.Any(static p => p.Name.StartsWith('+') && !p.Name.StartsWith("+sip.", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether there is a tag for a circuit-switched voice call whose value is not <c>FALSE</c>.</summary>
    public bool HasCsVoice => Has(CsVoice);

    /// <summary>
    /// All service and application identifiers in the order they are written, under any of the tags: peers write both kinds under
    /// either tag.
    /// </summary>
    public IReadOnlyList<ServiceIdentifier> Identifiers
    {
        get
        {
            List<ServiceIdentifier>? found = null;
            for (int i = 0; i < Parameters.Count; i++)
            {
                if (Parameters[i].Value is { } list && IsIdentifierTag(Parameters[i].Name))
                {
                    foreach (Range range in list.AsSpan().Split(','))
                    {
                        ReadOnlySpan<char> item = list.AsSpan(range).Trim().Trim("<>");
                        if (!item.IsEmpty)
                        {
                            (found ??= new List<ServiceIdentifier>(1)).Add(ServiceIdentifier.FindKnown(item) ?? ServiceIdentifier.Parse(item.ToString()));
                        }
                    }
                }
            }

            return found ?? (IReadOnlyList<ServiceIdentifier>)[];
        }
    }

    /// <summary>Whether <paramref name="identifier"/>, or a subclass of it, is among the identifiers.</summary>
    public bool Has(ServiceIdentifier identifier)
    {
        foreach (ServiceIdentifier own in Identifiers)
        {
            if (own.Matches(identifier))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether there is this tag, in any spelling, with a value other than <c>FALSE</c>.</summary>
    public bool Has(string tag)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        for (int i = 0; i < Parameters.Count; i++)
        {
            if (SameTag(Parameters[i].Name, tag))
            {
                return !string.Equals(Parameters[i].Value, "FALSE", StringComparison.OrdinalIgnoreCase);
            }
        }

        return false;
    }

    /// <summary>The same features with a bare boolean tag.</summary>
    public FeatureTags With(string tag) => new(Parameters.With(tag));

    /// <summary>
    /// The same features with a tag that lists identifiers: one quoted string, colons escaped, plain commas between (RFC 3840 §9).
    /// </summary>
    /// <param name="tag">The tag to write, such as <see cref="IariRef"/>.</param>
    /// <param name="identifiers">What it lists.</param>
    public FeatureTags With(string tag, params ReadOnlySpan<ServiceIdentifier> identifiers)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        if (identifiers.IsEmpty)
        {
            return With(tag);
        }

        string[] values = new string[identifiers.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = identifiers[i].ToFeatureValue();
        }

        return new FeatureTags(Parameters.With(tag, string.Join(',', values), quoted: true));
    }

    /// <summary>The same features with a tag whose value is a string, compared with case: written <c>"&lt;...&gt;"</c> (RFC 3840 §9).</summary>
    public FeatureTags WithString(string tag, string value) => new(Parameters.With(tag, $"<{value}>", quoted: true));

    /// <summary>The same features with a numeric tag: written <c>"#=..."</c> (RFC 3840 §9).</summary>
    public FeatureTags WithNumber(string tag, decimal value) =>
        new(Parameters.With(tag, "#=" + value.ToString(CultureInfo.InvariantCulture), quoted: true));

    /// <summary>Whether two tag names are spellings of one tag.</summary>
    internal static bool SameTag(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty && !right.IsEmpty)
        {
            if (Take(ref left) != Take(ref right))
            {
                return false;
            }
        }

        return left.IsEmpty && right.IsEmpty;
    }

    /// <summary>Whether a tag occurs twice, in any spelling; RFC 3841 §10 forbids it.</summary>
    internal bool HasRepeatedTag
    {
        get
        {
            var seen = new HashSet<string>(Parameters.Count, StringComparer.OrdinalIgnoreCase);
            for (int i = 0; i < Parameters.Count; i++)
            {
                if (!seen.Add(Parameters[i].Name.Replace("%5f", "-", StringComparison.OrdinalIgnoreCase).Replace('_', '-')))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Whether the tag lists service or application identifiers.</summary>
    internal static bool IsIdentifierTag(ReadOnlySpan<char> tag) => SameTag(tag, IariRef) || SameTag(tag, AppRef) || SameTag(tag, IcsiRef);

    // One character of a tag name in the spelling that all are compared in.
    private static char Take(ref ReadOnlySpan<char> name)
    {
        if (name.StartsWith("%5f", StringComparison.OrdinalIgnoreCase))
        {
            name = name[3..];
            return '-';
        }

        char c = name[0];
        name = name[1..];
        return c == '_' ? '-' : char.ToLowerInvariant(c);
    }
}
