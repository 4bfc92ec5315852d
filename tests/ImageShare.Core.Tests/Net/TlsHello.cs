namespace ImageShare.Core.Tests.Net;

/// <summary>First flights of TLS written by hand, for versions that no library speaks any more.</summary>
internal static class TlsHello
{
    public const byte Alert = 21;
    public const byte Handshake = 22;

    /// <summary>The description in an alert that says: this version is not spoken here.</summary>
    public const byte ProtocolVersion = 70;

    /// <summary>A client that speaks nothing above this version (0x0302 is TLS 1.1, 0x0303 is TLS 1.2).</summary>
    public static byte[] Client(ushort version)
    {
        byte[] extensions =
        [
            0, 10, 0, 4, 0, 2, 0, 23,           // supported_groups: secp256r1
            0, 11, 0, 2, 1, 0,                  // ec_point_formats: uncompressed
            0, 13, 0, 4, 0, 2, 4, 3,            // signature_algorithms: ecdsa_secp256r1_sha256
        ];
        byte[] suites = [0xC0, 0x2B, 0xC0, 0x09]; // ECDHE-ECDSA with AES-128-GCM (1.2) and AES-128-CBC (1.0 and 1.1 too)
        byte[] body =
        [
            .. Big(version), .. new byte[32], 0, .. Big((ushort)suites.Length), .. suites, 1, 0, .. Big((ushort)extensions.Length), .. extensions,
        ];
        return Record(0x0301, 1, body);
    }

    /// <summary>A server that has chosen this version.</summary>
    public static byte[] Server(ushort version) => Record(version, 2, [.. Big(version), .. new byte[32], 0, 0xC0, 0x09, 0]);

    private static byte[] Record(ushort version, byte type, byte[] body) =>
        [Handshake, .. Big(version), .. Big((ushort)(body.Length + 4)), type, 0, .. Big((ushort)body.Length), .. body];

    private static byte[] Big(ushort value) => [(byte)(value >> 8), (byte)value];
}
