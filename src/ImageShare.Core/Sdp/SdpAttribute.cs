using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>
/// An attribute: <c>a=name</c> or <c>a=name:value</c> (RFC 8866 §5.13). The value is kept unchanged, including white space, so that copying
/// an attribute from an offer to an answer repeats it byte for byte.
/// </summary>
/// <param name="Name">The name before the colon.</param>
/// <param name="Value">The text after the colon, or null if there is no colon.</param>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "The term of RFC 8866.")]
public readonly record struct SdpAttribute(string Name, string? Value = null)
{
    // The parsed value, cached by the reader. It belongs to exactly this name and value.
    private readonly object? _meaning;

    private SdpAttribute(string name, string? value, object? meaning)
        : this(name, value) => _meaning = meaning;

    /// <summary>The name before the colon.</summary>
    public string Name
    {
        get;
        init
        {
            field = value;
            _meaning = null;
        }
    } = Name;

    /// <summary>The text after the colon, or null if there is no colon.</summary>
    public string? Value
    {
        get;
        init
        {
            field = value;
            _meaning = null;
        }
    } = Value;

    /// <summary>
    /// The typed value; <see cref="AttributeMeaning.Unreadable"/> if the value is malformed, null if the attribute is unknown or has no
    /// value.
    /// </summary>
    internal object? Meaning => _meaning ?? (Value is null ? null : AttributeMeaning.Find(Name)?.Read(Encoding.UTF8.GetBytes(Value)));

    /// <summary>Whether this attribute has that name, ignoring case.</summary>
    public bool Is(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses the value of an a= line. False if the name is empty or contains a space.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out SdpAttribute value)
    {
        int colon = text.IndexOf((byte)':');
        ReadOnlySpan<byte> name = colon < 0 ? text : text[..colon];
        if (name.IsEmpty || name.ContainsAny(" \t"u8))
        {
            value = default;
            return false;
        }

        AttributeMeaning? known = AttributeMeaning.Find(name);
        ReadOnlySpan<byte> bytes = colon < 0 ? default : text[(colon + 1)..];
        value = new SdpAttribute(
            known is not null && name.SequenceEqual(known.Bytes) ? known.Name : WellKnownText.GetString(name),
            colon < 0 ? null : WellKnownText.GetString(bytes),
            colon < 0 ? null : known?.Read(bytes));
        return true;
    }

    /// <summary>Writes the text after <c>a=</c>.</summary>
    /// <exception cref="ImageShareException">The name is empty or contains a space or colon, or name or value contains a line break.</exception>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (Name?.Contains(':', StringComparison.Ordinal) == true)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "The name of an attribute contains a colon; put the text after it into the value.");
        }

        SdpText.WriteField(output, Name!);
        if (Value is not null)
        {
            SafeText.ThrowIfLineBreaking(Value);
            output.WriteByte((byte)':');
            output.WriteUtf8(Value);
        }
    }

    /// <inheritdoc/>
    public bool Equals(SdpAttribute other) => Name == other.Name && Value == other.Value;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Value);

    /// <summary>The text after <c>a=</c>.</summary>
    public override string ToString() => Value is null ? Name ?? string.Empty : $"{Name}:{Value}";
}
