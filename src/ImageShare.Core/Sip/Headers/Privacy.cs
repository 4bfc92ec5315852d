using System.Buffers;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;
using ImageShare.Core.Text.Conversion;

namespace ImageShare.Core.Sip.Headers;

/// <summary>
/// What the network should hide of a caller: the value of Privacy (RFC 3323 §4.2, RFC 3325 §9.3): values separated by semicolons.
/// Immutable; values compare without case.
/// </summary>
[TypeConverter(typeof(TextConverter<Privacy>))]
public sealed record Privacy : ISipHeaderValue, IParsable<Privacy>
{
    private readonly ImmutableArray<string> _values;

    private Privacy(ImmutableArray<string> values) => _values = values;

    /// <summary><c>none</c>: hide nothing, whatever the subscription says.</summary>
    public static Privacy None { get; } = new(["none"]);

    /// <summary><c>id</c>: the asserted identity must not leave the trusted network (RFC 3325 §9.3).</summary>
    public static Privacy Id { get; } = new(["id"]);

    /// <summary>The values as written, in their order; never empty.</summary>
    public IReadOnlyList<string> Values => _values;

    /// <summary>Whether it has this value.</summary>
    public bool Has(string value) => _values.Contains(value, StringComparer.OrdinalIgnoreCase);

    /// <summary>Privacy-hdr value = priv-value *(";" priv-value); reads all of the text. Commas instead of semicolons are accepted, because some peers write them.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Privacy? value)
    {
        if (text.SequenceEqual("none"u8) || text.SequenceEqual("id"u8))
        {
            value = text.Length == 2 ? Id : None;
            return true;
        }

        value = null;
        var values = ImmutableArray.CreateBuilder<string>();
        var cursor = new AsciiCursor(text);
        do
        {
            cursor.SkipWhiteSpace();
            if (!cursor.TryReadToken(out ReadOnlySpan<byte> one))
            {
                return false;
            }

            values.Add(WellKnownText.GetString(one));
            cursor.SkipWhiteSpace();
        }
        while (cursor.TryRead((byte)';') || cursor.TryRead((byte)','));
        value = cursor.AtEnd ? new Privacy(values.ToImmutable()) : null;
        return value is not null;
    }

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        for (int i = 0; i < _values.Length; i++)
        {
            if (i > 0)
            {
                output.WriteByte((byte)';');
            }

            output.WriteUtf8(_values[i]);
        }
    }

    /// <inheritdoc/>
    public bool Equals(Privacy? other) => other is not null && _values.SequenceEqual(other._values, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(_values[0]);

    static Privacy IParsable<Privacy>.Parse(string s, IFormatProvider? provider) => ParsedText.Parse<Privacy>(s, TryParse, "a value of Privacy such as id;critical");

    static bool IParsable<Privacy>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out Privacy result) => ParsedText.TryParse(s, TryParse, out result);

    /// <inheritdoc/>
    public override string ToString() => HeaderGrammar.Print(this);
}
