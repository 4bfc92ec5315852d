namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// A header line that cannot be read and is not needed: kept as received, ignored, and never written (RFC 3261 §8.2.2). See
/// <see cref="SipMessage.MalformedLines"/>.
/// </summary>
/// <param name="Code">
/// <see cref="SipReadErrorCode.BadHeaderLine"/>, <see cref="SipReadErrorCode.BadCharacter"/> or <see cref="SipReadErrorCode.BadLineEnd"/>.
/// </param>
/// <param name="Offset">Where the line begins, in bytes from the start of the message.</param>
/// <param name="Bytes">The line with its continuation lines, without its line end; a slice of the message's own copy.</param>
public readonly record struct SipMalformedLine(SipReadErrorCode Code, int Offset, ReadOnlyMemory<byte> Bytes);
