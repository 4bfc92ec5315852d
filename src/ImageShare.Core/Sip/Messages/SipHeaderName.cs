using System.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>How many values a header field may have.</summary>
internal enum SipHeaderShape
{
    /// <summary>One value per row, and any number of rows; commas do not separate (unknown headers and challenges, RFC 3261 §7.3.1).</summary>
    Rows,

    /// <summary>Exactly one row in a message.</summary>
    Single,

    /// <summary>Values separated by commas, in any number of rows.</summary>
    List,
}

/// <summary>
/// A header field name this library knows: its long form, its compact form (RFC 3261 §7.3.3) and its shape. Found by the
/// bytes in a message without allocating a string.
/// </summary>
internal sealed class SipHeaderName
{
    /// <summary>How many names have a typed property in <see cref="SipHeaders"/>; they have the lowest numbers.</summary>
    public const int TypedCount = 32;

    /// <summary>The number of a name that is not known.</summary>
    public const int NoNumber = byte.MaxValue;

    private const int BucketCount = 256;

    private static readonly SipHeaderName[][] Buckets;
    private static readonly SipHeaderName[] Names = Table;

    static SipHeaderName()
    {
        var buckets = new List<SipHeaderName>[BucketCount];
        for (int i = 0; i < Names.Length; i++)
        {
            SipHeaderName name = Names[i];
            name.Number = i;
            Add(buckets, name._bytes, name);
            if (name.Compact is not null)
            {
                Add(buckets, Encoding.ASCII.GetBytes(name.Compact), name);
            }
        }

        Buckets = [.. buckets.Select(bucket => bucket?.ToArray() ?? [])];
    }

    private readonly byte[] _bytes;

    private SipHeaderName(string name, SipHeaderShape shape, string? compact = null, bool recurs = false)
    {
        Name = name;
        Recurs = recurs;
        Shape = shape;
        Compact = compact;
        _bytes = Encoding.ASCII.GetBytes(name);
    }

    public string Name { get; }

    public string? Compact { get; }

    /// <summary>The compact form if it is one of RFC 3261 §7.3.3, which every peer knows; otherwise null.</summary>
    public string? CommonCompact => Compact is { } compact && "imelcfsktv".Contains(compact[0], StringComparison.Ordinal) ? compact : null;

    public SipHeaderShape Shape { get; }

    /// <summary>Whether its value says what a client is able to do, so that the same text comes in each of its messages (<see cref="Headers.RecurringValues"/>).</summary>
    public bool Recurs { get; }

    /// <summary>Its place in the table.</summary>
    public int Number { get; private set; }

    // Compact forms: RFC 3261 §20, RFC 3841 §10 (a, j, d), RFC 3515 and 3892 (r, b), RFC 6665 (o, u), RFC 4028 (x), RFC 8224 (y).
    private static SipHeaderName[] Table =>
    [
        // These have a typed property in SipHeaders.
        new(SipHeaderNames.Accept, SipHeaderShape.List, recurs: true),
        new(SipHeaderNames.AcceptContact, SipHeaderShape.List, "a", recurs: true),
        new(SipHeaderNames.Allow, SipHeaderShape.List, recurs: true),
        new(SipHeaderNames.CallId, SipHeaderShape.Single, "i"),
        new(SipHeaderNames.Contact, SipHeaderShape.List, "m"),
        new(SipHeaderNames.ContentDisposition, SipHeaderShape.Single, recurs: true),
        new(SipHeaderNames.ContentLength, SipHeaderShape.Single, "l"),
        new(SipHeaderNames.ContentType, SipHeaderShape.Single, "c", recurs: true),
        new(SipHeaderNames.CSeq, SipHeaderShape.Single),
        new(SipHeaderNames.From, SipHeaderShape.Single, "f"),
        new(SipHeaderNames.MaxForwards, SipHeaderShape.Single),
        new(SipHeaderNames.PAccessNetworkInfo, SipHeaderShape.List),
        new(SipHeaderNames.PAssertedIdentity, SipHeaderShape.List),
        new(SipHeaderNames.PAssertedService, SipHeaderShape.List, recurs: true),
        new(SipHeaderNames.PAssociatedUri, SipHeaderShape.List),
        new(SipHeaderNames.Path, SipHeaderShape.List),
        new(SipHeaderNames.PPreferredIdentity, SipHeaderShape.List),
        new(SipHeaderNames.PPreferredService, SipHeaderShape.List, recurs: true),
        new(SipHeaderNames.Privacy, SipHeaderShape.Rows, recurs: true),
        new(SipHeaderNames.RAck, SipHeaderShape.Single),
        new(SipHeaderNames.Reason, SipHeaderShape.List),
        new(SipHeaderNames.RecordRoute, SipHeaderShape.List),
        new(SipHeaderNames.RejectContact, SipHeaderShape.List, "j", recurs: true),
        new(SipHeaderNames.Require, SipHeaderShape.List, recurs: true),
        new(SipHeaderNames.RetryAfter, SipHeaderShape.Single),
        new(SipHeaderNames.Route, SipHeaderShape.List),
        new(SipHeaderNames.RSeq, SipHeaderShape.Single),
        new(SipHeaderNames.ServiceRoute, SipHeaderShape.List),
        new(SipHeaderNames.SessionExpires, SipHeaderShape.Single, "x"),
        new(SipHeaderNames.Supported, SipHeaderShape.List, "k", recurs: true),
        new(SipHeaderNames.To, SipHeaderShape.Single, "t"),
        new(SipHeaderNames.Via, SipHeaderShape.List, "v"),

        // These have none.
        new(SipHeaderNames.AcceptEncoding, SipHeaderShape.List),
        new(SipHeaderNames.AcceptLanguage, SipHeaderShape.List),
        new(SipHeaderNames.AllowEvents, SipHeaderShape.List, "u"),
        new(SipHeaderNames.Authorization, SipHeaderShape.Rows),
        new(SipHeaderNames.ContentEncoding, SipHeaderShape.List, "e"),
        new(SipHeaderNames.ContentId, SipHeaderShape.Single),
        new(SipHeaderNames.Event, SipHeaderShape.Single, "o"),
        new(SipHeaderNames.Expires, SipHeaderShape.Single),
        new("Identity", SipHeaderShape.Rows, "y"),
        new(SipHeaderNames.ProxyAuthenticate, SipHeaderShape.Rows),
        new(SipHeaderNames.ProxyAuthorization, SipHeaderShape.Rows),
        new(SipHeaderNames.ProxyRequire, SipHeaderShape.List),
        new(SipHeaderNames.ReferTo, SipHeaderShape.Single, "r"),
        new(SipHeaderNames.ReferredBy, SipHeaderShape.Single, "b"),
        new(SipHeaderNames.RequestDisposition, SipHeaderShape.List, "d"),
        new(SipHeaderNames.Server, SipHeaderShape.Rows),
        new(SipHeaderNames.Subject, SipHeaderShape.Rows, "s"),
        new(SipHeaderNames.Unsupported, SipHeaderShape.List),
        new(SipHeaderNames.UserAgent, SipHeaderShape.Rows),
        new(SipHeaderNames.Warning, SipHeaderShape.List),
        new(SipHeaderNames.WwwAuthenticate, SipHeaderShape.Rows),
    ];

    /// <summary>The name with that number; null if there is none.</summary>
    public static SipHeaderName? Numbered(int number) => number < Names.Length ? Names[number] : null;

    /// <summary>Finds a known name in either form, without case; null for any other.</summary>
    public static SipHeaderName? Find(ReadOnlySpan<byte> name) => Find(name, out _);

    /// <inheritdoc cref="Find(ReadOnlySpan{byte})"/>
    /// <param name="name">The name.</param>
    /// <param name="isSpelled">Whether it is the long form exactly as it is written by this library.</param>
    public static SipHeaderName? Find(ReadOnlySpan<byte> name, out bool isSpelled)
    {
        isSpelled = false;
        if (name.IsEmpty)
        {
            return null;
        }

        foreach (SipHeaderName candidate in Buckets[Hash(name)])
        {
            if (name.SequenceEqual(candidate._bytes))
            {
                isSpelled = true;
                return candidate;
            }

            if (name.Length == 1 ? candidate.Compact is { } compact && compact[0] == (name[0] | 0x20) : Ascii.EqualsIgnoreCase(name, candidate._bytes))
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>Finds a known name in either form, without case; null for any other.</summary>
    public static SipHeaderName? Find(ReadOnlySpan<char> name)
    {
        Span<byte> bytes = stackalloc byte[32];
        return name.Length <= bytes.Length && Ascii.FromUtf16(name, bytes, out int written) == System.Buffers.OperationStatus.Done
            ? Find(bytes[..written])
            : null;
    }

    private static void Add(List<SipHeaderName>[] buckets, ReadOnlySpan<byte> bytes, SipHeaderName name) =>
        (buckets[Hash(bytes)] ??= []).Add(name);

    // Length, first and last character, without case, distinguish nearly all known names.
    private static int Hash(ReadOnlySpan<byte> name) =>
        ((name.Length * 31) + ((name[0] | 0x20) * 7) + ((name[^1] | 0x20) * 3) + (name[name.Length / 2] | 0x20)) & (BucketCount - 1);
}
