using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// One row of a message's header: a name and the octets behind the colon. The octets of a row that was read are a slice of the
/// message's own copy and live as long as it does.
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

    /// <summary>The name: in its long form when it is a known one, otherwise as written. Names compare without case.</summary>
    public string Name => Known?.Name ?? _written ?? string.Empty;

    /// <summary>The value, unfolded (RFC 3261 §7.3.1) and without the white space around it.</summary>
    public ReadOnlyMemory<byte> RawValue { get; }

    /// <summary>The value as text; a new string at each call.</summary>
    public string Value => WellKnownText.GetString(RawValue.Span);

    /// <summary>The name as it stands in the message: perhaps its compact form.</summary>
    internal string WrittenName => _written;

    internal SipHeaderName? Known { get; }

    /// <summary>Where the value began in the message it was read from; -1 for a row that was added.</summary>
    internal int Offset { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Encoding.UTF8.GetString(RawValue.Span)}";

    internal bool Is(SipHeaderName? known, string name) =>
        known is not null ? ReferenceEquals(Known, known) : Known is null && _written.Equals(name, StringComparison.OrdinalIgnoreCase);

    internal SipHeader WithValue(ReadOnlyMemory<byte> value) => new(Known, _written, value, Offset);
}
