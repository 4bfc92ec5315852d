using System.IO.Enumeration;
using ImageShare.Cli.Settings;
using ImageShare.Core;
using ImageShare.Core.Images;

namespace ImageShare.Cli.Shares;

/// <summary>The images in a folder or that fit a pattern, by their first bytes and ordered by name; as <c>offer</c> finds them.</summary>
internal static class TypedFiles
{
    // The attributes of hidden files, which are left out without a word, as by ls.
    private static readonly EnumerationOptions Listing = new()
    {
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.Directory | FileAttributes.Device,
        IgnoreInaccessible = true,
    };

    /// <summary>Whether an argument is a pattern. A file with such a name is a file.</summary>
    public static bool IsPattern(string given) => given.AsSpan().IndexOfAny('*', '?') >= 0 && !File.Exists(given) && !Directory.Exists(given);

    /// <summary>Finds the images.</summary>
    /// <param name="given">A folder, or a pattern with * and ? in its last part.</param>
    /// <param name="leftOut">Called with each other file, and why it is left out.</param>
    /// <exception cref="ImageShareException">There is none, or the folder cannot be read.</exception>
    /// <exception cref="UsageException">A folder in a pattern is a pattern.</exception>
    public static IReadOnlyList<FileInfo> Find(string given, Action<string, string> leftOut)
    {
        (string folder, string pattern) = Directory.Exists(given) ? (given, "*") : (Path.GetDirectoryName(given) is { Length: > 0 } parent ? parent : ".", Path.GetFileName(given));
        if (folder.AsSpan().IndexOfAny('*', '?') >= 0)
        {
            throw new UsageException($"'{given}': only its last part may be a pattern; name the folder.");
        }

        FileInfo[] files;
        try
        {
            files =
            [
                .. new DirectoryInfo(folder).EnumerateFiles("*", Listing)
                    .Where(file => !file.Name.StartsWith('.') && FileSystemName.MatchesSimpleExpression(pattern, file.Name, ignoreCase: OperatingSystem.IsWindows()))
                    .OrderBy(static file => file.Name, StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageShareException(ImageShareError.FileNotFound, $"The folder '{folder}' cannot be read: {e.Message}", e);
        }

        var images = new List<FileInfo>();
        foreach (FileInfo file in files)
        {
            if (WhyNot(file) is { } reason)
            {
                leftOut(file.ToString(), reason);
            }
            else
            {
                images.Add(file);
            }
        }

        return images.Count > 0
            ? images
            : throw new ImageShareException(ImageShareError.FileNotFound, Directory.Exists(given) ? $"There is no image in the folder '{given}'." : $"No image fits '{given}'.");
    }

    private static string? WhyNot(FileInfo file)
    {
        try
        {
            if (file.LinkTarget is not null)
            {
                return "Link";
            }

            if (file.Length == 0)
            {
                // Also pipes and devices: opening a pipe waits for a writer.
                return "Empty";
            }

            byte[] start = new byte[ImageTypes.MagicLength];
            using FileStream stream = file.OpenRead();
            int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            return read == 0 ? "Empty" : ImageTypes.Recognize(start.AsSpan(0, read)) is null ? "NotAnImage" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "Unreadable";
        }
    }
}
