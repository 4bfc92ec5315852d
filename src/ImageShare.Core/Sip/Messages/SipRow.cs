using System.Diagnostics.CodeAnalysis;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// A row as <see cref="SipHeaders"/> keeps it, in as little memory as possible. Most rows that are read have a known name in its usual spelling and an
/// unfolded value, so a slice of the message's bytes is enough. All others are kept whole.
/// </summary>
internal readonly struct SipRow
{
    private readonly object _source;

    public SipRow(SipHeaderName name, int start, int length)
    {
        _source = name;
        Start = start;
        Length = length;
    }

    public SipRow(SipHeader header) => _source = new Whole(header);

    public int Start { get; }

    public int Length { get; }

    /// <summary>The name if it is known, otherwise null.</summary>
    public SipHeaderName? Known => _source as SipHeaderName ?? ((Whole)_source).Header.Known;

    /// <summary>Whether the row is of that known name.</summary>
    public bool Is(SipHeaderName known) => ReferenceEquals(_source, known) || (_source is Whole whole && ReferenceEquals(whole.Header.Known, known));

    /// <summary>Whether the row is kept whole.</summary>
    public bool TryGetWhole([NotNullWhen(true)] out Whole? whole)
    {
        whole = _source as Whole;
        return whole is not null;
    }

    /// <summary>A row that is not a slice of the message's bytes, or whose name has another spelling.</summary>
    internal sealed class Whole(SipHeader header)
    {
        public readonly SipHeader Header = header;
    }
}
