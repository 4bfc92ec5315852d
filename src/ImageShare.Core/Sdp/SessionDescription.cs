using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>
/// A session description (SDP, RFC 8866): the offer or answer of an image share. Immutable. What was read prints back in the order of the
/// RFC, including unknown lines and attributes. Warnings are ignored by equality.
/// </summary>
public sealed record SessionDescription
{
    /// <summary>The originator and version (o=).</summary>
    public required Origin Origin { get; init; }

    /// <summary>The name of the session (s=); an empty name is read and written as a dash.</summary>
    public string SessionName { get; init => field = string.IsNullOrEmpty(value) ? "-" : value; } = "-";

    /// <summary>A human-readable title (i=).</summary>
    public string? Information { get; init; }

    /// <summary>The address of sections without their own (c=).</summary>
    public ConnectionData? Connection { get; init; }

    /// <summary>When the session is active (t=).</summary>
    public SdpTiming Timing { get; init; }

    /// <summary>The session-level attributes in order.</summary>
    public ImmutableArray<SdpAttribute> Attributes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The media sections in order.</summary>
    public ImmutableArray<MediaDescription> Media { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Other lines of the session part, unchanged, in the order in which they are written.</summary>
    public ImmutableArray<SdpLine> OtherLines { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The tolerated deviations found by the reader; empty for a description that was not read.</summary>
    public IReadOnlyList<SdpWarning> Warnings { get; init; } = [];

    /// <summary>Finds the first session-level attribute with that name, ignoring case; null if there is none.</summary>
    public SdpAttribute? Find(string name) => MediaDescription.Find(Attributes, name);

    /// <summary>The direction of a section: its own, or else the session's, or else sendrecv (RFC 8866 §6.7).</summary>
    public MediaDirection GetDirection(MediaDescription media)
    {
        ArgumentNullException.ThrowIfNull(media);
        return media.Direction ?? MediaDescription.DirectionIn(Attributes) ?? MediaDirection.SendReceive;
    }

    /// <summary>The address of a section: its own, or else the session's; null if there is neither.</summary>
    public ConnectionData? GetConnection(MediaDescription media)
    {
        ArgumentNullException.ThrowIfNull(media);
        return media.Connection ?? Connection;
    }

    /// <summary>The connection role of a section: its own, or else the session's; null if there is neither.</summary>
    public SetupRole? GetSetup(MediaDescription media)
    {
        ArgumentNullException.ThrowIfNull(media);
        return media.Setup ?? (Find(SdpAttributes.SetupName)?.Meaning as SetupRole?);
    }

    /// <summary>
    /// Reads a description with lines and attributes in any order, CRLF or LF, with or without a final line end. <paramref name="text"/> is
    /// not referenced afterwards. Never throws; the cost is bounded by <paramref name="limits"/>.
    /// </summary>
    /// <param name="text">The whole description.</param>
    /// <param name="limits">The limits; null for <see cref="SdpLimits.Default"/>.</param>
    /// <param name="value">The description with its <see cref="Warnings"/>.</param>
    /// <param name="error">Why and where reading failed.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, SdpLimits? limits, [NotNullWhen(true)] out SessionDescription? value, out SdpReadError error)
    {
        SdpReader reader = default;
        error = reader.Read(text, default, limits ?? SdpLimits.Default, out value);
        return value is not null;
    }

    /// <summary>The same, but the description keeps the text instead of a copy: nobody may change it.</summary>
    internal static bool TryParse(ReadOnlyMemory<byte> text, [NotNullWhen(true)] out SessionDescription? value, out SdpReadError error)
    {
        SdpReader reader = default;
        error = reader.Read(text.Span, MemoryMarshal.TryGetArray(text, out ArraySegment<byte> kept) ? kept : default, SdpLimits.Default, out value);
        return value is not null;
    }

    /// <summary>Reads a description with the default limits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SessionDescription? value) =>
        TryParse(text, null, out value, out _);

    /// <summary>Writes the description with CRLF line ends.</summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.InvalidValue"/>: a value contains a character that would end its field or line.
    /// </exception>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        SdpSectionWriter.Write(output, this, SdpLineOrder.Session, OtherLines, static (session, type, to) => session.WriteLines(type, to));
        foreach (MediaDescription media in Media)
        {
            media.Write(output);
        }
    }

    /// <summary>The description as bytes, for a message body.</summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.InvalidValue"/>: a value contains a character that would end its field or line.
    /// </exception>
    public byte[] ToArray()
    {
        using ScratchWriter output = ScratchWriter.Rent();
        Write(output);
        return output.WrittenSpan.ToArray();
    }

    /// <inheritdoc/>
    public bool Equals(SessionDescription? other) =>
        other is not null && Origin == other.Origin && SessionName == other.SessionName && Information == other.Information
        && Connection == other.Connection && Timing == other.Timing
        && Attributes.AsSpan().SequenceEqual(other.Attributes.AsSpan())
        && Media.AsSpan().SequenceEqual(other.Media.AsSpan())
        && OtherLines.AsSpan().SequenceEqual(other.OtherLines.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Origin, SessionName, Connection, Attributes.Length, Media.Length);

    /// <summary>The description as text.</summary>
    public override string ToString() => SdpText.Print(Write);

    private void WriteLines(char type, IBufferWriter<byte> output)
    {
        switch (type)
        {
            case 'v':
                output.Write("v=0\r\n"u8);
                break;
            case 'o':
                output.Write("o="u8);
                Origin.Write(output);
                output.WriteLineEnd();
                break;
            case 's':
                SdpText.WriteLine(output, 's', SessionName);
                break;
            case 'i' when Information is not null:
                SdpText.WriteLine(output, 'i', Information);
                break;
            case 'c' when Connection is not null:
                output.Write("c="u8);
                Connection.Write(output);
                output.WriteLineEnd();
                break;
            case 't':
                output.Write("t="u8);
                Timing.Write(output);
                output.WriteLineEnd();
                break;
            case 'a':
                SdpSectionWriter.WriteAttributes(output, Attributes);
                break;
            default:
                break;
        }
    }
}
