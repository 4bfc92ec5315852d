using System.Buffers;
using System.Net;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip;

/// <summary>Compares URIs by their components (RFC 3261 §19.1.4).</summary>
internal static class SipUriComparison
{
    // Present in only one of two URIs, these make them different (RFC 3261 §19.1.4).
    private static readonly string[] DecisiveParameters = ["user", "ttl", "method", "maddr", "transport"];

    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()"u8);

    /// <summary>Whether both name the same resource; other schemes than sip and sips compare as text.</summary>
    public static bool Equals(SipUri left, SipUri right)
    {
        if (!left.Scheme.Equals(right.Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return left.Opaque is not null || right.Opaque is not null
            ? string.Equals(left.Opaque, right.Opaque, StringComparison.Ordinal)
            : left.Port == right.Port
                && SameText(left.User, right.User)
                && SameText(left.Password, right.Password)
                && SameHost(left.Host, right.Host)
                && SameParameters(left.Parameters, right.Parameters)
                && SameHeaders(left.Headers, right.Headers);
    }

    /// <summary>Equal URIs have equal hash codes: what compares in several spellings is left out or normalized.</summary>
    public static int GetHashCode(SipUri uri) => HashCode.Combine(
        StringComparer.OrdinalIgnoreCase.GetHashCode(uri.Scheme),
        uri.Opaque is null ? 0 : StringComparer.Ordinal.GetHashCode(uri.Opaque),
        Normalize(uri.User),
        uri.Host.Contains(':') ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(uri.Host),
        uri.Port);

    /// <summary>Names compare without case, IPv6 addresses by value (RFC 5954).</summary>
    public static bool SameHost(string left, string right) =>
        left.Equals(right, StringComparison.OrdinalIgnoreCase)
        || (left.Contains(':') && right.Contains(':')
            && IPAddress.TryParse(left, out IPAddress? a) && IPAddress.TryParse(right, out IPAddress? b) && a.Equals(b));

    private static bool SameParameters(ParameterList left, ParameterList right)
    {
        if (left.Count > 0 && right.Count > 0 && !AgreeInWhatBothHave(left, right))
        {
            return false;
        }

        foreach (string name in DecisiveParameters)
        {
            if (left.Contains(name) != right.Contains(name))
            {
                return false;
            }
        }

        return true;
    }

    // Each name that both have must have the same values in both; one that is repeated, the same ones in the same order. However many there
    // are, each is looked at a bounded number of times.
    private static bool AgreeInWhatBothHave(ParameterList left, ParameterList right)
    {
        if (left.Count == 1 && right.Count == 1)
        {
            return !left[0].Name.Equals(right[0].Name, StringComparison.OrdinalIgnoreCase) || SameValue(left[0], right[0]);
        }

        ILookup<string, Parameter> others = right.ToLookup(static parameter => parameter.Name, StringComparer.OrdinalIgnoreCase);
        foreach (IGrouping<string, Parameter> own in left.GroupBy(static parameter => parameter.Name, StringComparer.OrdinalIgnoreCase))
        {
            IEnumerable<Parameter> other = others[own.Key];
            if (other.Any() && (own.Count() != other.Count() || !own.Zip(other).All(static pair => SameValue(pair.First, pair.Second))))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameValue(Parameter left, Parameter right) =>
        string.Equals(Normalize(left.Value), Normalize(right.Value), StringComparison.OrdinalIgnoreCase)
        || left.Name.Equals("lr", StringComparison.OrdinalIgnoreCase);

    private static bool SameHeaders(string? left, string? right)
    {
        if (left is null || right is null)
        {
            return left == right;
        }

        // The order of the headers means nothing.
        string[] a = left.Split('&'), b = right.Split('&');
        Array.Sort(a, StringComparer.OrdinalIgnoreCase);
        Array.Sort(b, StringComparer.OrdinalIgnoreCase);
        return a.AsSpan().SequenceEqual(b, StringComparer.OrdinalIgnoreCase);
    }

    private static bool SameText(string? left, string? right) =>
        string.Equals(left, right, StringComparison.Ordinal)
        || (left is not null && right is not null && string.Equals(Normalize(left), Normalize(right), StringComparison.Ordinal));

    /// <summary>An escape of an unreserved character is that character; every other byte that is not plain is one upper-case escape.</summary>
    public static string? Normalize(string? text)
    {
        if (text is null || (!text.Contains('%') && Ascii.IsValid(text)))
        {
            return text;
        }

        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(text);
        var normal = new StringBuilder(bytes.Length);
        for (int i = 0; i < bytes.Length; i++)
        {
            byte plain = bytes[i];
            bool escaped = PercentEncoding.TryDecodeTriplet(bytes[i..], out byte decoded);
            if (escaped)
            {
                plain = decoded;
                i += 2;
            }

            if (escaped ? Unreserved.Contains(plain) : plain < 0x80)
            {
                normal.Append((char)plain);
            }
            else
            {
                normal.Append('%').Append(plain.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return normal.ToString();
    }
}
