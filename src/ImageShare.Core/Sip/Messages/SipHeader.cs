using System.Text;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// One row of a message's header: a name, and the bytes after the colon. For a row that was read they are a slice of the
/// message's own copy, which they keep in memory.
/// </summary>
public readonly struct SipHeader
{
    private readonly string _written;

    internal SipHeader(SipHeaderName? known, string written, ReadOnlyMemory<byte> rawValue, int offset = -1)
    {
        Known = known;
        _written = written;
        RawValue = rawValue;
        Offset = offset;
    }

    /// <summary>The name: the long form of a known name, otherwise as written. Names are compared without case.</summary>
    public string Name => Known?.Name ?? _written ?? string.Empty;

    /// <summary>The value, unfolded (RFC 3261 §7.3.1) and without the white space around it.</summary>
    public ReadOnlyMemory<byte> RawValue { get; }

    /// <summary>The value as text; a new string at each call.</summary>
    public string Value => WellKnownText.GetString(RawValue.Span);

    /// <summary>The name as written in the message, possibly in compact form.</summary>
    internal string WrittenName => _written;

    internal SipHeaderName? Known { get; }

    /// <summary>Where the value began in the message it was read from; -1 for a row that was added.</summary>
    internal int Offset { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Encoding.UTF8.GetString(RawValue.Span)}";

    internal bool Is(SipHeaderName? known, string name) =>
        known is not null ? ReferenceEquals(Known, known) : Known is null && _written.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The same list header with another first value and the others unchanged; without the first value when <paramref name="replacement"/> is empty.</summary>
    internal SipHeader WithFirst(ReadOnlyMemory<byte> replacement, out bool found)
    {
        ReadOnlySpan<byte> rest = RawValue.Span;
        found = HeaderGrammar.TryTakeValue(ref rest, out _);
        ReadOnlyMemory<byte> others = RawValue[^rest.Length..];
        byte[] value = [.. replacement.Span, .. (replacement.IsEmpty || others.IsEmpty ? ""u8 : ", "u8), .. others.Span.Trim(" \t"u8)];
        return new SipHeader(Known, _written, value, Offset);
    }

    /// <summary>A header to write.</summary>
    /// <exception cref="ArgumentException">The name is not a token.</exception>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: the value contains CR, LF or NUL.</exception>
    internal static SipHeader Create(string name, ReadOnlyMemory<byte> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        SipHeaderName? known = SipHeaderName.Find(name);
        if (known is null && !Grammar.IsToken(Encoding.UTF8.GetBytes(name)))
        {
            throw new ArgumentException($"'{name}' is not a header name: letters, digits and -.!%*_+`'~ only.", nameof(name));
        }

        return new SipHeader(known, known?.Name ?? name, Check(value));
    }

    internal static SipHeader Create(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Create(name, Encoding.UTF8.GetBytes(value));
    }

    internal static SipHeader Create(string name, ISipHeaderValue value) => Create(name, ToBytes(value));

    internal static ReadOnlyMemory<byte> ToBytes(ISipHeaderValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Check(HeaderGrammar.ToBytes(value));
    }

    private static ReadOnlyMemory<byte> Check(ReadOnlyMemory<byte> value) => value.Span.ContainsAny(Grammar.LineBreaking)
        ? throw new ImageShareException(
            ImageShareError.InvalidValue,
            "A header value holds a line break or a NUL, which would end its line; remove it before giving the value to the library.")
        : value;
}
