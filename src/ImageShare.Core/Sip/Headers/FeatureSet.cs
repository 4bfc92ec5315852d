using System.Globalization;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Headers;

/// <summary>The features of one contact, ready to be matched term by term (RFC 2533 as used by RFC 3841 §7.2.4).</summary>
internal sealed class FeatureSet
{
    // The tags of RFC 3840 §10 and later ones that are written without a plus sign. Any other parameter without one is not a feature.
    private static readonly HashSet<string> BaseTags = new(
        [
            "actor", "application", "audio", "automata", "class", "control", "data", "description", "duplex", "events", "extensions", "isfocus",
            "language", "methods", "mobility", "priority", "schemes", "text", "type", "video",
        ],
        StringComparer.OrdinalIgnoreCase);

    private readonly Parameter[] _features;
    private readonly IReadOnlyList<ServiceIdentifier> _identifiers;

    public FeatureSet(FeatureTags tags)
    {
        _features = [.. tags.Parameters.Where(p => p.Name.StartsWith('+') || BaseTags.Contains(p.Name))];
        _identifiers = tags.Identifiers;
    }

    public bool IsEmpty => _features.Length == 0;

    /// <summary>Whether the contact has a value for that feature. Service identifiers count as one feature per kind, under any tag.</summary>
    public bool Names(Parameter term) => FeatureTags.IsIdentifierTag(term.Name)
        ? Asked(term).Any(asked => _identifiers.Any(own => own.IsApplication == asked.IsApplication))
        : _features.Any(own => FeatureTags.SameTag(own.Name, term.Name));

    /// <summary>Whether one of the term's values is one of the contact's.</summary>
    public bool Matches(Parameter term)
    {
        if (FeatureTags.IsIdentifierTag(term.Name))
        {
            return Asked(term).Any(asked => _identifiers.Any(own => own.Matches(asked)));
        }

        string[] wanted = Values(term);
        return _features.Any(own => FeatureTags.SameTag(own.Name, term.Name) && Values(own).Any(has => wanted.Any(want => Meet(has, want))));
    }

    private static IReadOnlyList<ServiceIdentifier> Asked(Parameter term) => new FeatureTags(new ParameterList(term)).Identifiers;

    // A tag without a value is TRUE (RFC 3840 §9). Commas separate values, except inside strings, which are between angle brackets.
    private static string[] Values(Parameter parameter) =>
        parameter.Value is not { } value ? ["TRUE"] : value.StartsWith('<') ? [value] : value.Split(',', StringSplitOptions.TrimEntries);

    private static bool Meet(string has, string want)
    {
        if (has.StartsWith('<') || want.StartsWith('<'))
        {
            return string.Equals(has, want, StringComparison.Ordinal);
        }

        if (TryReadRange(has, out decimal hasLow, out decimal hasHigh) && TryReadRange(want, out decimal wantLow, out decimal wantHigh))
        {
            return hasLow <= wantHigh && wantLow <= hasHigh;
        }

        bool hasNot = has.StartsWith('!');
        bool wantNot = want.StartsWith('!');
        bool same = has.AsSpan(hasNot ? 1 : 0).Equals(want.AsSpan(wantNot ? 1 : 0), StringComparison.OrdinalIgnoreCase);
        return hasNot && wantNot ? true : same != (hasNot || wantNot);
    }

    // numeric = "#" ( ">=" / "<=" / "=" / number ":" ) number
    private static bool TryReadRange(string value, out decimal low, out decimal high)
    {
        low = decimal.MinValue;
        high = decimal.MaxValue;
        if (!value.StartsWith('#'))
        {
            return false;
        }

        ReadOnlySpan<char> text = value.AsSpan(1);
        if (text.StartsWith(">="))
        {
            return TryReadNumber(text[2..], out low);
        }

        if (text.StartsWith("<="))
        {
            return TryReadNumber(text[2..], out high);
        }

        if (text.StartsWith("="))
        {
            bool isNumber = TryReadNumber(text[1..], out low);
            high = low;
            return isNumber;
        }

        int colon = text.IndexOf(':');
        return colon > 0 && TryReadNumber(text[..colon], out low) && TryReadNumber(text[(colon + 1)..], out high);
    }

    private static bool TryReadNumber(ReadOnlySpan<char> text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
}
