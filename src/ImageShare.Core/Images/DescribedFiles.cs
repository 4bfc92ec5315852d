using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>
/// What reading a file showed, so that a client that shares it again does not hash it again. A file is recognized by its path, size and dates. Thread-safe.
/// </summary>
/// <remarks>
/// A file that is written while its date stays the same, and with the same size, has the earlier hash here. File systems keep dates in steps of up to two
/// seconds, so a file that is younger than that is not kept; a program that restores the date of a file it changed deceives this all the same. The peer
/// then receives an image that does not match the offered hash, and its check of the whole image fails the share: it never takes the one for the other.
/// </remarks>
internal sealed class DescribedFiles(TimeProvider timeProvider)
{
    /// <summary>How many files are kept. Each takes a few hundred bytes; the one that was added first makes room.</summary>
    public const int Most = 64;

    private static readonly TimeSpan CoarsestDate = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly OrderedDictionary<string, DescribedFile> _files = new(StringComparer.Ordinal);

    /// <summary>Whether a file with that date cannot be written any more without another date.</summary>
    public bool IsOldEnough(DateTimeOffset modified) => timeProvider.GetUtcNow() - modified > CoarsestDate;

    /// <summary>What is known of the file with that path; null if nothing is.</summary>
    public DescribedFile? Find(string path)
    {
        lock (_lock)
        {
            return _files.GetValueOrDefault(path);
        }
    }

    public void Keep(string path, DescribedFile file)
    {
        lock (_lock)
        {
            _files.Remove(path);
            if (_files.Count == Most)
            {
                _files.RemoveAt(0);
            }

            _files.Add(path, file);
        }
    }
}

/// <summary>What reading a file showed.</summary>
/// <param name="State">The size and dates it had.</param>
/// <param name="Recognized">The type that its first bytes have; null if they have none.</param>
/// <param name="Sha1">Its SHA-1 in hex digits.</param>
/// <param name="Sha256">Its SHA-256 in hex digits; null if it was not computed.</param>
internal sealed record DescribedFile(SourceState State, MediaType? Recognized, string Sha1, string? Sha256);
