using System.Diagnostics.CodeAnalysis;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// A row as <see cref="SipHeaders"/> keeps it, in as little memory as possible. Most rows that are read have a known name in its usual spelling and an
/// unfolded value, so a slice of the message's bytes is enough. All others are kept whole.
/// </summary>
internal struct SipRow
{
    private const int LengthBits = 24;

    // In place of the length of a row that is kept whole: the original of this copy keeps the parsed value, if any.
    private const uint IsCopy = 1;

    // A row that is kept whole, or else the parsed value.
    private object? _wholeOrValue;

    // The length, and above it the number of the name.
    private readonly uint _lengthAndName;

    /// <summary>A row that is a slice of the message's bytes; <see cref="CanBeSlice"/> says whether it is short enough.</summary>
    public SipRow(SipHeaderName name, int start, int length)
    {
        Start = start;
        _lengthAndName = (uint)length | ((uint)name.Number << LengthBits);
    }

    public SipRow(SipHeader header)
    {
        _wholeOrValue = new Whole(header);
        _lengthAndName = (uint)(header.Known?.Number ?? SipHeaderName.NoNumber) << LengthBits;
    }

    private SipRow(Whole whole, uint lengthAndName)
    {
        _wholeOrValue = whole;
        _lengthAndName = lengthAndName | IsCopy;
    }

    public int Start { get; }

    public readonly int Length => (int)(_lengthAndName & ((1 << LengthBits) - 1));

    /// <summary>The number of its name, or <see cref="SipHeaderName.NoNumber"/> if that is not known.</summary>
    public readonly int NameNumber => (int)(_lengthAndName >> LengthBits);

    /// <summary>The name if it is known, otherwise null.</summary>
    public readonly SipHeaderName? Known => SipHeaderName.Numbered(NameNumber);

    /// <summary>
    /// The parsed value of all rows of its name, which the first of them keeps: null before it is parsed, <see cref="SipRowList.Unreadable"/> if it cannot be.
    /// A copy of a row that is kept whole keeps none.
    /// </summary>
    public object? Value
    {
        readonly get => _wholeOrValue is not Whole whole ? _wholeOrValue : _lengthAndName % 2 == IsCopy ? null : whole.Value;
        set
        {
            if (_wholeOrValue is Whole whole)
            {
                if (_lengthAndName % 2 != IsCopy)
                {
                    whole.Value = value;
                }
            }
            else
            {
                _wholeOrValue = value;
            }
        }
    }

    public static bool CanBeSlice(int length) => length < 1 << LengthBits;

    /// <summary>The same row for another header.</summary>
    public readonly SipRow Copy() => _wholeOrValue is Whole whole ? new SipRow(whole, _lengthAndName) : this;

    /// <summary>Whether the row is of that known name.</summary>
    public readonly bool Is(SipHeaderName known) => NameNumber == known.Number;

    /// <summary>Whether the row is kept whole.</summary>
    public readonly bool TryGetWhole([NotNullWhen(true)] out Whole? whole)
    {
        whole = _wholeOrValue as Whole;
        return whole is not null;
    }

    /// <summary>A row that is not a slice of the message's bytes, or whose name has another spelling.</summary>
    internal sealed class Whole(SipHeader header)
    {
        public readonly SipHeader Header = header;

        public object? Value;
    }
}
