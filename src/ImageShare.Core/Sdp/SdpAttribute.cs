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

    // The value: a string, or the text that was read, in which it is this range of ASCII characters without CR, LF or NUL; null if there is
    // none. In that text it is the end of the line a=name:value.
    private readonly object? _value = Value;
    private readonly int _start;
    private readonly int _length;

    private SdpAttribute(string name, object? value, int start, int length, object? meaning)
        : this(name)
    {
        _value = value;
        _start = start;
        _length = length;
        _meaning = meaning;
    }

    /// <summary>The name before the colon.</summary>
    public string Name
    {
        get;
        init
        {
            _value = Value;
            field = value;
            _meaning = null;
        }
    } = Name;

    /// <summary>The text after the colon, or null if there is no colon.</summary>
    public string? Value
    {
        get => IsKeptText ? WellKnownText.GetString(Ascii) : (string?)_value;
        init
        {
            _value = value;
            _meaning = null;
        }
    }

    /// <summary>Whether there is a colon.</summary>
    internal bool HasValue => _value is not null;

    private bool IsKeptText => _value is byte[];

    private ReadOnlySpan<byte> Ascii => ((byte[])_value!).AsSpan(_start, _length);

    /// <summary>
    /// The typed value; <see cref="AttributeMeaning.Unreadable"/> if the value is malformed, null if the attribute is unknown or has no
    /// value.
    /// </summary>
    internal object? Meaning => _meaning ?? (HasValue ? ReadMeaning() : null);

    /// <summary>Whether this attribute has that name, ignoring case.</summary>
    public bool Is(string name) =>
        ReferenceEquals(Name, name) || (Name?.Length == name?.Length && string.Equals(Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Parses the value of an a= line. False if the name is empty or contains a space.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out SdpAttribute value)
    {
        value = Read(text, null, 0, out _);
        return value.Name is not null;
    }

    /// <summary>Reads the value of an a= line. Without a name if the name is empty or contains a space.</summary>
    /// <param name="text">The text after <c>a=</c>.</param>
    /// <param name="kept">
    /// The description with this line, to be kept in place of a string, if it is ASCII and the line contains no CR, LF or NUL; otherwise null.
    /// </param>
    /// <param name="start">Where <paramref name="text"/> starts in <paramref name="kept"/>.</param>
    /// <param name="known">What is known of it.</param>
    internal static SdpAttribute Read(ReadOnlySpan<byte> text, byte[]? kept, int start, out AttributeMeaning? known)
    {
        int colon = text.IndexOf((byte)':');
        ReadOnlySpan<byte> name = colon < 0 ? text : text[..colon];
        known = AttributeMeaning.Find(name, out bool isSpeltSo);
        if (known is null && (name.IsEmpty || name.ContainsAny((byte)' ', (byte)'\t')))
        {
            return default;
        }

        string words = isSpeltSo ? known!.Name : WellKnownText.GetString(name);
        if (colon < 0)
        {
            return new SdpAttribute(words);
        }

        ReadOnlySpan<byte> bytes = text[(colon + 1)..];
        return new SdpAttribute(words, kept is null ? WellKnownText.GetString(bytes) : kept, start + colon + 1, bytes.Length, known?.Read(bytes));
    }

    /// <summary>Writes the text after <c>a=</c>.</summary>
    /// <exception cref="ImageShareException">The name is empty or contains a space or colon, or name or value contains a line break.</exception>
    internal void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (Name?.Contains(':', StringComparison.Ordinal) == true)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "The name of an attribute contains a colon; put the text after it into the value.");
        }

        SdpText.WriteField(output, Name!);
        if (_value is null)
        {
            return;
        }

        output.WriteByte((byte)':');
        if (_value is string value)
        {
            SafeText.ThrowIfLineBreaking(value);
            output.WriteUtf8(value);
        }
        else
        {
            output.Write(Ascii);
        }
    }

    /// <summary>Writes the a= line.</summary>
    internal void WriteLine(IBufferWriter<byte> output)
    {
        if (_value is byte[] text)
        {
            // As it was read.
            int before = "a=".Length + Name.Length + ":".Length;
            ReadOnlySpan<byte> line = text.AsSpan(_start - before, before + _length);
            Span<byte> span = output.GetSpan(line.Length + 2);
            line.CopyTo(span);
            span[line.Length] = (byte)'\r';
            span[line.Length + 1] = (byte)'\n';
            output.Advance(line.Length + 2);
            return;
        }

        output.Write("a="u8);
        Write(output);
        output.WriteLineEnd();
    }

    private object? ReadMeaning() => AttributeMeaning.Find(Name)?.Read(IsKeptText ? Ascii : Encoding.UTF8.GetBytes(Value!));

    /// <inheritdoc/>
    public bool Equals(SdpAttribute other) =>
        Name == other.Name && (IsKeptText && other.IsKeptText ? Ascii.SequenceEqual(other.Ascii) : Value == other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Value);

    /// <summary>The text after <c>a=</c>.</summary>
    public override string ToString() => HasValue ? $"{Name}:{Value}" : Name ?? string.Empty;
}
