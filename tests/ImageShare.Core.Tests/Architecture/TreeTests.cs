using System.Text.RegularExpressions;

namespace ImageShare.Core.Tests.Architecture;

/// <summary>The folders of the library: each is a namespace, and none has more files than a reader takes in at a glance.</summary>
[TestFixture]
public sealed partial class TreeTests
{
    private const int MaxFiles = 22;
    private const int MaxLines = 320;

    private static readonly string Source = Documentation.Repository.File("src", "ImageShare.Core");

    private static readonly string Program = Documentation.Repository.File("samples", "ImageShare.Cli");

    private static IEnumerable<string> Files => FilesOf(Source);

    private static IEnumerable<string> FilesOf(string root) => Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
        .Where(file => Relative(file, root) is var path && !path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal));

    [Test]
    public void A_folder_is_a_namespace()
    {
        string[] wrong =
        [
            .. Files.Where(static file => Namespace().Match(File.ReadAllText(file)).Groups[1].Value != NamespaceOf(FolderOf(file))).Select(Relative),
        ];
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void So_is_a_folder_of_the_program()
    {
        string[] wrong =
        [
            .. FilesOf(Program).Where(static file => Path.GetFileName(file) != "Program.cs"
                && Namespace().Match(File.ReadAllText(file)).Groups[1].Value != $"ImageShare.Cli.{Path.GetDirectoryName(Relative(file, Program))!.Replace(Path.DirectorySeparatorChar, '.')}"),
        ];
        Assert.That(wrong, Is.Empty);
        string[] crowded = [.. FilesOf(Program).GroupBy(Path.GetDirectoryName).Where(static folder => folder.Count() > MaxFiles).Select(static folder => folder.Key!)];
        Assert.That(crowded, Is.Empty);
        Assert.That(FilesOf(Program).Where(static file => File.ReadLines(file).Count() > MaxLines), Is.Empty);
    }

    [Test]
    public void No_folder_holds_more_files_than_one_looks_over()
    {
        string[] crowded = [.. Files.GroupBy(FolderOf).Where(static folder => folder.Count() > MaxFiles).Select(static folder => folder.Key)];
        Assert.That(crowded, Is.Empty, $"A folder with more than {MaxFiles} files answers more than one question: give it rooms.");
    }

    [Test]
    public void No_file_is_longer_than_one_reads_in_a_sitting()
    {
        string[] tooLong = [.. Files.Where(static file => File.ReadLines(file).Count() > MaxLines).Select(Relative)];
        Assert.That(tooLong, Is.Empty, $"A file with more than {MaxLines} lines holds more than one concept.");
    }

    private static string Relative(string file) => Relative(file, Source);

    private static string Relative(string file, string root) => Path.GetRelativePath(root, file).Replace('\\', '/');

    private static string FolderOf(string file) => Path.GetDirectoryName(Relative(file))!.Replace('\\', '/');

    private static string NamespaceOf(string folder) => folder.Length == 0 ? "ImageShare.Core" : $"ImageShare.Core.{folder.Replace('/', '.')}";

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
