using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>
/// One a= line: <c>a=name</c> or <c>a=name:value</c> (RFC 8866 §5.13). The value is kept exactly as it came, white space included,
/// so copying an attribute from an offer to an answer mirrors it octet for octet.
/// </summary>
/// <param name="Name">The name before the colon.</param>
/// <param name="Value">Everything behind the colon; null when there is no colon.</param>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "It is what RFC 8866 calls it.")]
public readonly record struct SdpAttribute(string Name, string? Value = null)
{
    /// <summary>The value as octets, for the readers of the typed values.</summary>
    internal byte[] Octets => Value is null ? [] : Encoding.UTF8.GetBytes(Value);

    /// <summary>Whether this attribute has that name, case ignored.</summary>
    public bool Is(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The value of an a= line. False when there is no name, or it holds a space.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out SdpAttribute value)
    {
        int colon = text.IndexOf((byte)':');
        ReadOnlySpan<byte> name = colon < 0 ? text : text[..colon];
        if (name.IsEmpty || name.ContainsAny(" \t"u8))
        {
            value = default;
            return false;
        }

        value = new SdpAttribute(WellKnownText.GetString(name), colon < 0 ? null : WellKnownText.GetString(text[(colon + 1)..]));
        return true;
    }

    /// <summary>Writes what stands behind <c>a=</c>.</summary>
    /// <exception cref="ImageShareException">The name is empty or holds a space or colon, or one of both holds a line break.</exception>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (Name?.Contains(':', StringComparison.Ordinal) == true)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "The name of an attribute holds a colon; put what follows it into the value.");
        }

        SdpText.WriteField(output, Name!);
        if (Value is not null)
        {
            SafeText.ThrowIfLineBreaking(Value);
            output.WriteByte((byte)':');
            output.WriteUtf8(Value);
        }
    }

    /// <summary>What stands behind <c>a=</c>.</summary>
    public override string ToString() => Value is null ? Name ?? string.Empty : $"{Name}:{Value}";
}
