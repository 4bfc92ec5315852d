using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>Selects the file of a media section by name, type, size and hashes (a=file-selector, RFC 5547 §6). Every property is optional.</summary>
public sealed record FileSelector
{
    // The bytes written unescaped in a quoted name. RFC 5547 §6 excludes NUL, CR, LF, the quote and the percent sign, and requires escaping
    // the directory separators of the local file system: / and \ are separators to some peers.
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        [.. Enumerable.Range(1, 255).Select(o => (byte)o)
            .Where(o => o is not ((byte)'\r' or (byte)'\n' or (byte)'"' or (byte)'%' or (byte)'/' or (byte)'\\')
                && (o != ':' || !OperatingSystem.IsWindows()))]);

    /// <summary>The unescaped file name given by the peer. It may contain any character: display it, but never use it as a path.</summary>
    public string? Name { get; init; }

    /// <summary>The media type of the file.</summary>
    public MediaType? Type { get; init; }

    /// <summary>The size of the file in bytes, without a wrapper.</summary>
    public long? Size { get; init; }

    /// <summary>The hashes of the whole file in order, including unusable ones.</summary>
    public ImmutableArray<FileHash> Hashes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Unknown or malformed selectors, unchanged and in order.</summary>
    public ImmutableArray<string> OtherSelectors { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The SHA-1 of the file as 40 upper-case hex digits, or null if there is none.</summary>
    public string? Sha1
    {
        get
        {
            foreach (FileHash hash in Hashes)
            {
                if (hash.KnownName == "sha-1")
                {
                    return Convert.ToHexString(hash.Value.AsSpan());
                }
            }

            return null;
        }
    }

    /// <summary>The hash to check a received file with: the strongest supported one, or null.</summary>
    public FileHash? StrongestKnownHash
    {
        get
        {
            FileHash? best = null;
            foreach (FileHash hash in Hashes)
            {
                if (hash.Strength > (best?.Strength ?? -1))
                {
                    best = hash;
                }
            }

            return best;
        }
    }

    /// <summary>Whether this is sufficient to offer a file: it has a type, size or hash; a name alone is not enough (RFC 5547 §8.2.1).</summary>
    public bool IsEnoughToPush => Type is not null || Size is not null || !Hashes.IsEmpty;

    /// <summary>
    /// Whether both can select the same file (RFC 5547 §8.1): they do not if they differ in a property that both have; properties of only one
    /// are ignored.
    /// </summary>
    public bool IsSameFileAs(FileSelector other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Differ(Name, other.Name) || (Size is not null && other.Size is not null && Size != other.Size)
            || (Type is not null && other.Type is not null && !FileType.AreSame(Type, other.Type)))
        {
            return false;
        }

        foreach (FileHash hash in Hashes)
        {
            foreach (FileHash theirs in other.Hashes)
            {
                if (hash.IsSameAlgorithmAs(theirs) && !hash.Value.AsSpan().SequenceEqual(theirs.Value.AsSpan()))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>
    /// selector *(SP selector), in any order. False if there is none (an attribute without value announces a capability), a quote is not
    /// closed, or a size is not a number.
    /// </summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out FileSelector? value) =>
        FileSelectorReader.TryRead(text, out value);

    /// <summary>Writes name, type, size and hashes, separated by spaces.</summary>
    /// <exception cref="ImageShareException">The selector is empty, or an unknown selector contains a line break.</exception>
    internal void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        bool first = true;
        if (!string.IsNullOrEmpty(Name))
        {
            Start(output, "name:\""u8, ref first);
            PercentEncoding.Write(output, Name, NameBytes);
            output.WriteByte((byte)'"');
        }

        if (Type is not null)
        {
            Start(output, "type:"u8, ref first);
            FileType.Write(output, Type, NameBytes);
        }

        if (Size is { } size)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size);
            Start(output, "size:"u8, ref first);
            output.WriteNumber(size);
        }

        foreach (FileHash hash in Hashes)
        {
            Start(output, "hash:"u8, ref first);
            hash.Write(output);
        }

        foreach (string other in OtherSelectors)
        {
            SafeText.ThrowIfLineBreaking(other);
            Start(output, default, ref first);
            output.WriteUtf8(other);
        }

        if (first)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "A file selector is empty; give it a name, type, size or hash.");
        }
    }

    /// <inheritdoc/>
    public bool Equals(FileSelector? other) =>
        other is not null && Name == other.Name && Size == other.Size && Equals(Type, other.Type)
        && Hashes.AsSpan().SequenceEqual(other.Hashes.AsSpan()) && OtherSelectors.AsSpan().SequenceEqual(other.OtherSelectors.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Size, Type, Hashes.Length, OtherSelectors.Length);

    /// <summary>The value of the attribute.</summary>
    public override string ToString() => SdpText.Print(Write);

    private static void Start(IBufferWriter<byte> output, ReadOnlySpan<byte> label, ref bool first)
    {
        output.Write(first ? label : [(byte)' ', .. label]);
        first = false;
    }

    private static bool Differ(string? mine, string? theirs) =>
        mine is not null && theirs is not null && !string.Equals(mine, theirs, StringComparison.Ordinal);
}
