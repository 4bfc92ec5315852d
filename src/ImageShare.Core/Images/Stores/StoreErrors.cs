namespace ImageShare.Core.Images.Stores;

/// <summary>Translates file system errors to <see cref="ImageShareException"/>.</summary>
internal static class StoreErrors
{
    // ENOSPC on Unix; EDQUOT on Linux and on macOS; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.
    private const int NoSpace = 28;
    private const int LinuxQuota = 122;
    private const int MacQuota = 69;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>Whether this is a file system error, not a bug.</summary>
    public static bool IsFileError(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or System.Security.SecurityException or NotSupportedException;

    public static ImageShareException Translate(Exception exception, string folder) => IsDiskFull(exception)
        ? new ImageShareException(
            ImageShareError.DiskFull, $"The disk of '{folder}' is full; free some space and ask the peer to share the image again.", exception)
        : new ImageShareException(
            ImageShareError.StoreNotWritable,
            $"The received image cannot be written to '{folder}'. Choose a folder that exists and is writable. The system says: {exception.Message}",
            exception);

    private static bool IsDiskFull(Exception exception) => exception is IOException && exception.HResult switch
    {
        WindowsDiskFull or WindowsHandleDiskFull => true,
        NoSpace => true,
        LinuxQuota => OperatingSystem.IsLinux() || OperatingSystem.IsAndroid(),
        MacQuota => OperatingSystem.IsMacOS() || OperatingSystem.IsIOS(),
        _ => false,
    };
}
